// How a contact is shown.

import { badge, clock, day, json, make } from "./pieces.js";
import { knows, say, sayNote } from "./texts.js";

const TONES = { opt_in: "good", opt_out: "plain", pending_doi: "waiting" };

export function contactSummary(contact) {
  return [
    make(
      "span",
      { class: "who" },
      make("strong", {}, contact.name ?? say("nameless")),
      make("span", { class: "email" }, contact.email),
    ),
    make(
      "span",
      { class: "badges" },
      badge(say(`email.${contact.email_status}`), TONES[contact.email_status]),
      badge(say(`phone.${contact.phone_status}`), TONES[contact.phone_status]),
      badge(contact.state),
      contact.eventCount ? badge(`${say("events")}: ${contact.eventCount}`) : null,
      contact.deleted ? badge(say("removed"), "bad") : null,
    ),
    make("code", { class: "id" }, contact.contactId),
  ];
}

export function contactBody(contact, act) {
  return [
    make(
      "p",
      { class: "actions" },
      button("confirm", contact, act),
      button("unsubscribe", contact, act),
    ),
    part("events", events(contact)),
    part("history", history(contact)),
    part("data", data(contact)),
    part("tags", tags(contact)),
    part("properties", pairs(Object.entries(contact.properties))),
    part("dictionaryProperties", pairs(contact.dictionaryProperties.map((one) => [`${one.name} (${one.type})`, one.value]))),
    part("consents", pairs(contact.consents.map((one) => [one.consentName, consent(one)]))),
    part("confirmations", confirmations(contact)),
    make("details", { "data-key": "complete" }, make("summary", {}, say("complete")), json(contact)),
  ];
}

function events({ events: shown, eventCount: count }) {
  if (!shown.length) return null;
  const more = count > shown.length ? make("p", { class: "hint" }, say("events_more", { shown: shown.length, count })) : null;
  return make("div", { class: "events" }, ...shown.map(event), more);
}

function event({ at, eventId, contactExtEventType, date, ...rest }) {
  const goods = [rest.products, rest.value].filter((value) => value !== undefined).join(" · ");
  const head = make("summary", {}, make("strong", {}, contactExtEventType), " ", day(date), goods ? ` · ${goods}` : "");
  const told = [["eventId", eventId], ["date", String(date)], ...Object.entries(rest), [say("event_written"), day(at)]];
  return make("details", { "data-key": eventId }, head, pairs(told));
}

function button(action, contact, act) {
  const node = make("button", { type: "button", class: "quiet", "data-action": action }, say(action));
  node.addEventListener("click", () => act(action, contact.email));
  return node;
}

function part(title, content) {
  return content && make("section", {}, make("h3", {}, say(title)), content);
}

function data(contact) {
  const { address, birthdayYear, birthdayMonth, birthdayDay } = contact;
  const birthday = [birthdayYear, birthdayMonth, birthdayDay].filter(Boolean).join("-");
  const street = [address.streetAddress, address.zipCode, address.city, address.country].filter(Boolean).join(", ");
  const moments = ["createdOn", "modifiedOn", "lastVisit"];
  const plain = ["contactId", "email", "phone", "fax", "company", "externalId", "province", "lang", "state", "score"];
  return pairs(
    [
      ...plain.map((name) => [name, contact[name]]),
      ["address", street],
      ["birthday", birthday],
      ...moments.map((name) => [name, contact[name] && day(contact[name])]),
    ].filter(([, value]) => value !== null && value !== ""),
    true,
  );
}

function pairs(entries, translated = false) {
  if (!entries.length) return null;
  const list = make("dl");
  for (const [name, value] of entries) {
    const shown = translated && knows(name) ? say(name) : name;
    list.append(make("div", {}, make("dt", {}, shown), make("dd", {}, String(value))));
  }
  return list;
}

function tags(contact) {
  if (!contact.tags.length) return null;
  return make("p", { class: "badges" }, ...contact.tags.map((tag) => badge(tag)));
}

function consent(one) {
  const words = one.optOut ? "consent_withdrawn" : one.consentAccept ? "consent_accepted" : "consent_not_accepted";
  return [say(words), day(Number(one.agreementDate)), one.ip].filter(Boolean).join(", ");
}

function confirmations(contact) {
  if (!contact.confirmations.length) return null;
  const lines = contact.confirmations.map((one) => {
    const id = one.doubleOptInEmailId ?? say("none");
    const language = one.doubleOptInLanguage ?? say("none");
    return make("li", {}, clock(one.at), " ", say("confirmation", { email: one.email, id, language }));
  });
  return make("ol", { class: "notes" }, ...lines);
}

function history(contact) {
  const lines = contact.history.map((note) => make("li", {}, clock(note.at), " ", sayNote(note)));
  return make("ol", { class: "notes" }, ...lines);
}
