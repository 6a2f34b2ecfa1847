// Product catalogs; most integrations have none, and then nothing is shown.

import { badge, make } from "./pieces.js";
import { currentLanguage, say } from "./texts.js";

const section = document.getElementById("catalogs");
const count = document.getElementById("catalog-count");
const list = document.getElementById("catalog-list");

export function drawCatalogs(catalogs) {
  section.hidden = !catalogs.length;
  count.textContent = catalogs.length.toLocaleString(currentLanguage());
  list.replaceChildren(...catalogs.map(drawn));
}

function drawn(catalog) {
  const products = catalog.productCount.toLocaleString(currentLanguage());
  return make(
    "li",
    {},
    make("span", { class: "who" }, make("strong", {}, catalog.name), make("span", { class: "id" }, catalog.catalogId)),
    make(
      "span",
      { class: "badges" },
      badge(say("catalog_products", { count: products })),
      badge(catalog.currency),
      badge(catalog.location),
      catalog.setAsDefault ? badge(say("catalog_default"), "good") : null,
    ),
  );
}
