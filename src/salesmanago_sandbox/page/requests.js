// How a request is shown.

import { badge, clock, json, make } from "./pieces.js";
import { say, sayNote } from "./texts.js";

const MOST_NAMED = 3;

export function requestSummary(request) {
  const about = addressIn(request.body);
  return [
    make(
      "span",
      { class: "who" },
      make("span", { class: "call" }, clock(request.at), " ", make("code", {}, `${request.method} ${request.path}`)),
      about && make("span", { class: "email" }, about),
    ),
    make(
      "span",
      { class: "badges" },
      outcome(request),
      request.fault && badge(say("fault_named", { fault: request.fault }), "bad"),
      request.warnings.length ? badge(say("warned"), "waiting") : null,
    ),
  ];
}

export function requestBody(request) {
  return [
    make("p", {}, say(request.applied ? "applied" : "not_applied")),
    request.warnings.length ? make("ul", { class: "warnings" }, ...request.warnings.map((note) => make("li", {}, sayNote(note)))) : null,
    make("h3", {}, say("request_body")),
    request.body === null ? make("p", { class: "hint" }, say("no_body")) : json(request.body),
    make("h3", {}, say("request_answer")),
    answer(request),
  ].filter((piece) => piece !== null);
}

function answer(request) {
  if (request.status === null) return make("p", { class: "hint" }, say("no_answer_given"));
  if (request.answer === "") return make("p", { class: "hint" }, say("empty_answer"));
  return json(request.answer);
}

function outcome({ path, status, answer }) {
  if (status === null) return badge(say("no_answer"), "bad");
  if (status !== 200) return badge(say("refused", { status }), "bad");
  if (answer === null || typeof answer !== "object") return badge(say("odd", { status }), "bad");
  // API v3 says by the status alone whether it accepted.
  return answer.success ?? path.startsWith("/v3/") ? badge(say("accepted", { status }), "good") : badge(say("refused", { status }), "waiting");
}

/** Whom the request is about: the first few, where it is about many. */
function addressIn(body) {
  if (body === null || typeof body !== "object") return null;
  const items = body.upsertDetails ?? body.events ?? body.contacts ?? [body];
  const parts = Array.isArray(items) ? items.flatMap((item) => [item, item?.contactUpsertRequest, item?.addContactExtEventRequest]) : [];
  const found = [...new Set(parts.flatMap(addressOf))];
  return found.length > MOST_NAMED ? `${found.slice(0, MOST_NAMED).join(", ")} …` : found.join(", ") || null;
}

function addressOf(part) {
  const address = part?.contact?.email ?? part?.contact?.contactId ?? part?.email ?? part?.contactId ?? part?.value ?? part?.id ?? part?.eventId;
  return [address ?? part?.contactEvent?.eventId ?? []].flat().map(String);
}
