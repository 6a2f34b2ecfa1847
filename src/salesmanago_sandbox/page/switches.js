// The part of the page where the undecided is decided.

import { make } from "./pieces.js";
import { say } from "./texts.js";

const list = document.getElementById("switch-list");
const problem = document.getElementById("switch-problem");
const back = document.getElementById("switches-back");
const rows = new Map();

let current = [];
let ask = null;

export function startSwitches({ send, refresh }) {
  ask = async (wanted) => {
    problem.textContent = "";
    const answer = await send("POST", "/_sandbox/switches", wanted);
    if (answer && !answer.ok) problem.textContent = say("switch_wrong", { problem: (await answer.json()).problem });
    await refresh();
    drawSwitches(current);
  };
  back.addEventListener("click", () => ask(Object.fromEntries(current.map((one) => [one.name, one.default]))));
}

/** Rows stay as they are when a value changes, so that nobody loses the field they are in. */
export function drawSwitches(switches) {
  current = switches;
  for (const one of switches) drawRow(one);
  const changed = switches.filter((one) => one.value !== one.default).length;
  const count = document.getElementById("switch-count");
  count.textContent = changed ? say("switches_changed", { count: changed }) : say("switches_default");
  count.className = changed ? "badge waiting" : "badge plain";
  back.disabled = !changed;
}

function drawRow(one) {
  const row = rows.get(one.name) ?? added(one);
  row.about.textContent = say(`switch.${one.name}`);
  const isDefault = one.value === one.default;
  row.default.hidden = isDefault;
  row.default.textContent = isDefault ? "" : say("switch_default", { value: shown(one.default) });
  if (one.kind === "flag") row.input.checked = one.value;
  else if (String(row.input.value) !== String(one.value)) row.input.value = one.value;
}

function added(one) {
  const id = `switch-${one.name}`;
  const row = {
    input: control(one, id),
    about: make("label", { for: id }),
    default: make("span", { class: "badge waiting" }),
  };
  row.input.addEventListener("change", () => ask({ [one.name]: chosen(one, row.input) }));
  list.append(
    make("div", { class: "switch" }, row.about, row.input, make("span", { class: "badges" }, make("code", {}, one.name), row.default)),
  );
  rows.set(one.name, row);
  return row;
}

function control(one, id) {
  if (one.kind === "choice") return make("select", { id }, ...one.choices.map((choice) => make("option", {}, choice)));
  if (one.kind === "flag") return make("input", { id, type: "checkbox" });
  if (one.kind === "number") return make("input", { id, type: "number", min: one.least, max: one.most, inputmode: "numeric" });
  return make("input", { id, autocomplete: "off", spellcheck: "false" });
}

function chosen(one, input) {
  if (one.kind === "flag") return input.checked;
  return one.kind === "number" && input.value ? Number(input.value) : input.value;
}

function shown(value) {
  return typeof value === "boolean" ? say(value ? "yes" : "no") : String(value);
}
