// A part of a page that shows work in progress renews itself: <div id="…" data-renew="2">, in seconds.
// It stops once the part as the server gives it out has no data-renew any more.
"use strict";
(() => {
  const renew = async (part) => {
    try {
      const answer = await fetch(location.href, { headers: { "X-Renew": part.id } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(part.id);
      if (!answer.ok || !fresh) return later(part);
      const focused = document.activeElement && part.contains(document.activeElement) && document.activeElement.id;
      part.replaceWith(fresh);
      if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
      later(fresh);
    } catch {
      later(part);
    }
  };
  const later = (part) => {
    if (part.dataset.renew) setTimeout(renew, 1000 * Number(part.dataset.renew), part);
  };
  document.querySelectorAll("[data-renew]").forEach(later);
})();
