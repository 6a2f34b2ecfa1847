// The part of the page where faults are ordered.

import { badge, make } from "./pieces.js";
import { say } from "./texts.js";

// What each fault can be told beyond path, times and rate, and what it does when not told.
const FAULTS = {
  status: { status: 500 },
  html: { status: 502 },
  retry_after: { seconds: 5 },
  latency: { seconds: 1 },
  hang: { seconds: 60, applied: true },
  drip: { seconds: 30, applied: true },
  reset_before: {},
  reset_after: {},
  empty: {},
  bad_json: {},
  big_body: {},
  redirect: {},
  refuse_email: { email: "needed" },
  batch_failed: { email: "" },
  message_string: {},
  no_contact_id: {},
  owner_inactive: {},
  account_inactive: {},
  callback_twice: { path: false },
  callback_reordered: { path: false },
};

const form = document.getElementById("fault-form");
const list = document.getElementById("fault-list");
const problem = document.getElementById("fault-problem");

export function startFaults({ send, refresh }) {
  for (const name of Object.keys(FAULTS)) form.fault.append(make("option", { value: name }, name));
  form.fault.addEventListener("change", showFields);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await order(send);
    await refresh();
  });
  document.getElementById("faults-clear").addEventListener("click", async () => {
    problem.textContent = "";
    await send("DELETE", "/_sandbox/faults");
    await refresh();
  });
  showFields();
}

export function drawFaults(active) {
  const count = document.getElementById("fault-count");
  count.textContent = active.length ? say("faults_on", { count: active.length }) : say("faults_none");
  count.className = active.length ? "badge bad" : "badge plain";
  list.replaceChildren(...active.map(described));
  document.getElementById("faults-clear").disabled = !active.length;
  form.querySelector("#fault-hint").textContent = say(`fault.${form.fault.value}`);
}

function described(fault) {
  const takes = FAULTS[fault.fault];
  return make(
    "li",
    {},
    make("span", { class: "who" }, make("strong", {}, fault.fault), make("span", {}, say(`fault.${fault.fault}`))),
    make(
      "span",
      { class: "badges" },
      fault.path && badge(fault.path),
      badge(fault.left === null ? say("until_cleared") : say("left", { count: fault.left })),
      fault.rate < 1 ? badge(say("chance", { percent: Math.round(fault.rate * 100) })) : null,
      "status" in takes ? badge(`HTTP ${fault.status}`) : null,
      "seconds" in takes ? badge(`${fault.seconds} s`) : null,
      fault.email && badge(fault.email),
    ),
  );
}

/** Only what the chosen fault can be told is asked. */
function showFields() {
  const takes = { path: true, ...FAULTS[form.fault.value] };
  for (const field of form.querySelectorAll("[data-for]")) {
    const name = field.dataset.for;
    field.hidden = takes[name] === undefined || takes[name] === false;
    if (name === "seconds" || name === "status") form[name].value = takes[name] ?? "";
  }
  form.querySelector("#fault-hint").textContent = say(`fault.${form.fault.value}`);
  problem.textContent = "";
}

async function order(send) {
  problem.textContent = "";
  const takes = FAULTS[form.fault.value];
  if (takes.email && !form.email.value) {
    problem.textContent = say("fault_email_missing");
    form.email.focus();
    return;
  }
  const answer = await send("POST", "/_sandbox/faults", wanted(takes));
  if (answer && !answer.ok) {
    problem.textContent = say("fault_wrong", { problem: (await answer.json()).problem });
  }
}

function wanted(takes) {
  const order = { fault: form.fault.value, path: form.path.value, rate: Number(form.rate.value) / 100 };
  if (form.times.value) order.times = Number(form.times.value);
  if ("seconds" in takes && form.seconds.value) order.seconds = Number(form.seconds.value);
  if ("status" in takes && form.status.value) order.status = Number(form.status.value);
  if ("email" in takes && form.email.value) order.email = form.email.value;
  if ("applied" in takes) order.applied = form.applied.checked;
  return order;
}
