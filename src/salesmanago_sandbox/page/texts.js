// Which language the page speaks, and its words.

import { EN } from "./english.js";
import { PL } from "./polish.js";

const TEXTS = { en: EN, pl: PL };
const REMEMBERED = "sandbox-language";

let language = chosenLanguage();

export function currentLanguage() {
  return language;
}

export function choose(wanted) {
  language = wanted;
  try {
    localStorage.setItem(REMEMBERED, wanted);
  } catch {
    // Without storage the choice holds until the page is loaded again.
  }
}

export function say(key, values = {}) {
  return filled(TEXTS[language][key] ?? key, values);
}

/** A note of the sandbox: its own English sentence, or ours for its code. */
export function sayNote(note) {
  const sentence = TEXTS[language][`note.${note.code}`];
  return sentence ? filled(sentence, note.values) : note.what;
}

/** Whether there is a text of this name. */
export function knows(key) {
  return key in TEXTS[language];
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function chosenLanguage() {
  try {
    const remembered = localStorage.getItem(REMEMBERED);
    if (remembered in TEXTS) return remembered;
  } catch {
    // The browser's language decides.
  }
  return navigator.language.toLowerCase().startsWith("pl") ? "pl" : "en";
}
