// Small pieces of page. Text only ever enters as text nodes, so nothing a shop sends can become markup.

import { currentLanguage } from "./texts.js";

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

export function badge(text, tone = "plain") {
  return make("span", { class: `badge ${tone}` }, text);
}

export function json(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return make("pre", { tabindex: "0" }, text);
}

export function clock(moment) {
  const shown = new Date(moment).toLocaleTimeString(currentLanguage(), { hour12: false });
  return make("time", { datetime: new Date(moment).toISOString() }, shown);
}

export function day(moment) {
  return new Date(moment).toLocaleString(currentLanguage(), { dateStyle: "medium", timeStyle: "medium" });
}

/** A live list of rows that open. A row keeps its place, its openness and the focus when it changes. */
export class Rows {
  constructor(container, { keyOf, summary, body, most }) {
    Object.assign(this, { container, keyOf, summary, body, most });
    this.rows = new Map();
  }

  /** Items come newest first; new ones are put on top. */
  update(items) {
    for (const item of [...items].reverse()) {
      const key = this.keyOf(item);
      const row = this.rows.get(key) ?? this.#added(key);
      row.item = item;
      this.#draw(row);
    }
    while (this.rows.size > this.most) this.#remove(this.rows.keys().next().value);
  }

  drop(keys) {
    for (const key of keys) this.#remove(key);
  }

  redraw() {
    for (const row of this.rows.values()) this.#draw(row);
  }

  clear() {
    this.rows.clear();
    this.container.replaceChildren();
  }

  #added(key) {
    const row = { node: make("details"), head: make("summary"), item: null };
    row.node.append(row.head);
    row.node.addEventListener("toggle", () => this.#drawBody(row));
    this.rows.set(key, row);
    this.container.prepend(row.node);
    return row;
  }

  #remove(key) {
    this.rows.get(key)?.node.remove();
    this.rows.delete(key);
  }

  #draw(row) {
    row.head.replaceChildren(...this.summary(row.item));
    this.#drawBody(row);
  }

  #drawBody(row) {
    const focused = row.node.contains(document.activeElement) ? document.activeElement : null;
    const open = [...row.node.querySelectorAll("details[open]")].map((inner) => inner.dataset.key);
    row.node.querySelector(":scope > .row-body")?.remove();
    if (!row.node.open) return;
    const body = make("div", { class: "row-body" }, ...this.body(row.item));
    for (const inner of body.querySelectorAll("details")) inner.open = open.includes(inner.dataset.key);
    row.node.append(body);
    if (focused && !focused.isConnected) {
      const again = body.querySelector(`[data-action="${focused.dataset.action}"]`) ?? row.head;
      again.focus();
    }
  }
}
