// An answer survives a line that is down and a session that ends: it stays in this browser until the server has it.

import { storage } from "../site/storage.js";

const HEARTBEAT = "/healthz";
const RETRY = 5000;

const form = document.querySelector("form[data-answer]");
const place = `answer ${location.pathname}`;
// On a shared computer nothing may outlive the window.
const isShared = Boolean(document.querySelector("[data-session]"));
const store = storage(isShared ? "sessionStorage" : "localStorage");

forgetWhoCameBefore();
if (form) {
  const kept = read();
  restore(form, kept.values ?? []);
  for (const event of ["input", "change"]) form.addEventListener(event, () => keep(form, false));
  const send = sendWhenPossible(form);
  // It was sent while the line was down, and then the window was closed.
  if (kept.pressed) send();
} else if (document.querySelector("[data-forget]")) {
  store.removeItem(place);
}

// In one window on a shared computer one person may follow another.
function forgetWhoCameBefore() {
  const who = document.querySelector(".whoami b")?.textContent;
  if (!isShared || !who) return;
  if (store.getItem("who") !== who) {
    Object.keys(store).filter((key) => key.startsWith("answer ")).forEach((key) => store.removeItem(key));
  }
  store.setItem("who", who);
}

function read() {
  const kept = JSON.parse(store.getItem(place) ?? "{}");
  return Array.isArray(kept) ? { values: kept } : kept;
}

function fields(form) {
  return [...form.elements].filter((field) => /^(answer$|pair-|place-)/.test(field.name));
}

function keep(form, pressed) {
  const values = fields(form)
    .filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked)
    .map((field) => [field.name, field.value]);
  if (values.length || pressed) store.setItem(place, JSON.stringify({ values, pressed }));
  else store.removeItem(place);
}

function restore(form, kept) {
  const answered = fields(form).some((field) => (/radio|checkbox/.test(field.type) ? field.checked : field.value));
  if (answered) return;
  for (const field of fields(form)) {
    const values = kept.filter(([name]) => name === field.name).map(([, value]) => value);
    if (/radio|checkbox/.test(field.type)) field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
}

async function isUp() {
  try {
    return (await fetch(HEARTBEAT, { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

// Looks first whether the line is up; while it is down the page stays, says so, and tries again.
function sendWhenPossible(form) {
  const line = form.querySelector("[data-line]");
  let timer = 0;
  let open = false;
  const send = async () => {
    clearTimeout(timer);
    if (await isUp()) {
      if (line.textContent) line.textContent = form.dataset.back;
      // From here on it is the server's; where the line fails just now, what was given is in its fields again.
      keep(form, false);
      open = true;
      form.requestSubmit();
      open = false;
      return;
    }
    line.textContent = form.dataset.waiting;
    line.className = "notice warning";
    timer = setTimeout(send, RETRY);
  };
  form.addEventListener("submit", (event) => {
    if (open) return;
    event.preventDefault();
    event.stopPropagation();
    keep(form, true);
    send();
  });
  window.addEventListener("online", () => { if (line.textContent) send(); });
  return send;
}
