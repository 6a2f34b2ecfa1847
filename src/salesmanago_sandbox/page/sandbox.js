// The page asks every second what changed, and draws it.

import { drawCatalogs } from "./catalogs.js";
import { contactBody, contactSummary } from "./contacts.js";
import { drawFaults, startFaults } from "./faults.js";
import { drawFindings } from "./findings.js";
import { Rows } from "./pieces.js";
import { requestBody, requestSummary } from "./requests.js";
import { drawSwitches, startSwitches } from "./switches.js";
import { choose, currentLanguage, say } from "./texts.js";

const MOST = 200;
const PAUSE = 1000;

const connection = document.getElementById("connection");
const dialog = document.getElementById("reset-dialog");
const contacts = new Rows(document.getElementById("contacts"), {
  keyOf: (contact) => contact.contactId,
  summary: contactSummary,
  body: (contact) => contactBody(contact, act),
  most: MOST,
});
const requests = new Rows(document.getElementById("requests"), {
  keyOf: (request) => request.number,
  summary: requestSummary,
  body: requestBody,
  most: MOST,
});

let known = {
  generation: "",
  revision: 0,
  totals: { contacts: 0, requests: 0, findings: 0 },
  catalogs: [],
  faults: [],
  findings: [],
  switches: [],
};
// The parts that are drawn whole, and only when they changed.
const PARTS = {
  catalogs: () => drawCatalogs(known.catalogs),
  faults: () => drawFaults(known.faults),
  findings: () => drawFindings(known.findings, known.totals.findings),
  switches: () => drawSwitches(known.switches),
};
let reached = true;
// Answers are drawn in the order of their questions.
let asking = Promise.resolve();

function refresh() {
  asking = asking.then(ask);
  return asking;
}

async function ask() {
  const question = new URLSearchParams({ generation: known.generation, after: known.revision });
  try {
    const answer = await fetch(`/_sandbox/feed?${question}`);
    draw(await answer.json());
    reached = true;
  } catch {
    reached = false;
  }
  drawConnection();
}

function draw(feed) {
  if (feed.generation !== known.generation) {
    contacts.clear();
    requests.clear();
  }
  contacts.drop(feed.erased);
  contacts.update(feed.contacts);
  requests.update(feed.requests);
  const before = known;
  known = feed;
  for (const [name, drawPart] of Object.entries(PARTS)) {
    const changed = JSON.stringify(feed[name]) !== JSON.stringify(before[name]);
    if (changed || !before.generation) drawPart();
  }
  drawTotals();
}

function drawTotals() {
  for (const [name, count] of [["contact", known.totals.contacts], ["request", known.totals.requests]]) {
    document.getElementById(`${name}-count`).textContent = count.toLocaleString(currentLanguage());
    document.getElementById(`${name}s-empty`).hidden = count > 0;
    document.getElementById(`${name}s-more`).hidden = count <= MOST;
  }
}

function drawConnection() {
  const text = say(reached ? "live" : "lost");
  connection.classList.toggle("lost", !reached);
  // An unchanged status is not announced again.
  if (connection.textContent !== text) connection.textContent = text;
}

function drawTexts() {
  document.documentElement.lang = currentLanguage();
  document.title = say("title");
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  for (const node of document.querySelectorAll("[data-language]")) {
    node.setAttribute("aria-pressed", String(node.dataset.language === currentLanguage()));
  }
}

async function send(method, address, body) {
  try {
    const options = { method };
    if (body) options.body = JSON.stringify(body);
    return await fetch(address, options);
  } catch {
    reached = false;
    drawConnection();
    return null;
  }
}

async function act(action, email) {
  await send("POST", `/_sandbox/${action}/${encodeURIComponent(email)}`);
  await refresh();
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    choose(button.dataset.language);
    drawTexts();
    drawConnection();
    for (const drawPart of Object.values(PARTS)) drawPart();
    drawTotals();
    contacts.redraw();
    requests.redraw();
  });
}
document.getElementById("reset").addEventListener("click", () => dialog.showModal());
document.getElementById("reset-no").addEventListener("click", () => dialog.close());
document.getElementById("reset-yes").addEventListener("click", async () => {
  dialog.close();
  await send("POST", "/_sandbox/reset?keep_settings=1");
  await refresh();
});

async function live() {
  await refresh();
  setTimeout(live, PAUSE);
}

drawTexts();
startFaults({ send, refresh });
startSwitches({ send, refresh });
live();
