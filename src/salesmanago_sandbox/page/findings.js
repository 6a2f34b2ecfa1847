// What is odd about all that arrived.

import { clock, make } from "./pieces.js";
import { say, sayNote } from "./texts.js";

const count = document.getElementById("finding-count");
const list = document.getElementById("finding-list");

export function drawFindings(found, total) {
  count.textContent = total ? say("findings_count", { count: total }) : say("findings_none");
  count.className = total ? "badge waiting" : "badge plain";
  list.replaceChildren(...found.map((note) => make("li", {}, make("span", {}, clock(note.at), " ", sayNote(note)))));
  document.getElementById("findings-more").hidden = total <= found.length;
}
