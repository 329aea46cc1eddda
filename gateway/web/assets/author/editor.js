// The editor without page loads: what is pressed or typed is sent by fetch, and the page that comes back is put in
// place of this one. Without this file every button does the same with a page load.
import "./format.js";
import "./paste.js";
import { forget, keep, kept } from "./kept.js";
import { changedSince, fill, snapshot, unfold } from "./page.js";

const PAUSE = 1500;
const AGAIN = 10000;
// The other buttons lead to another page.
const IN_PLACE = /^(add|copy|copy-lesson|delete|down|extra|item|keep|option|remove|remove-teacher|add-teacher|restore|save|up)(:|$)/;

const main = document.querySelector("#main");
const form = () => main.querySelector("form[data-autosave]");
const status = () => main.querySelector("[data-saved]");

let timer;
let saving = null;
let stopped = false;

const say = (text, lost = false) => {
  if (!status()) return;
  status().textContent = text;
  status().classList.toggle("lost", lost);
};

const later = (pause) => {
  clearTimeout(timer);
  if (!stopped) timer = setTimeout(save, pause);
};

// --- Saved by itself -------------------------------------------------------------------------------------------------

async function save() {
  if (saving) return later(PAUSE);
  if (!form()) return;
  saving = autosave();
  await saving;
  saving = null;
}

async function autosave() {
  const sent = snapshot(form());
  sent.set("do", "autosave");
  let answer;
  try {
    answer = await fetch(form().action, { method: "POST", body: sent, headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.status === 401) return ended();
    if (!(answer.headers.get("Content-Type") ?? "").includes("application/json")) throw new Error("not an answer");
  } catch {
    say(status().dataset.lost, true);
    return later(AGAIN);
  }
  const said = await answer.json();
  if (answer.ok) return saved(said, sent);
  say(said.message, true);
  if (answer.status !== 412) return;
  // Somebody else saved meanwhile: from here on the author decides, by the form, which shows both.
  stopped = true;
  main.querySelector("[data-compare]").hidden = false;
}

function saved(said, sent) {
  form().elements.etag.value = said.etag;
  if (!changedSince(form(), sent).length) forget(form());
  redraw(said.gaps);
  mark(said.wrong);
  say(Object.values(said.wrong)[0] ?? said.saved, Object.keys(said.wrong).length > 0);
}

// The list of what is missing; it stays unfolded where it was.
function redraw(html) {
  const old = main.querySelector("#gaps");
  const panel = new DOMParser().parseFromString(html, "text/html").querySelector("#gaps");
  if (!old || !panel) return;
  const open = old.querySelector("details")?.open;
  old.replaceWith(panel);
  if (open && panel.querySelector("details")) panel.querySelector("details").open = true;
}

// What could not be read is said at its field.
function mark(wrong) {
  for (const old of main.querySelectorAll("[data-wrong]")) {
    old.closest(".field").classList.remove("is-wrong");
    old.previousElementSibling?.removeAttribute("aria-invalid");
    old.remove();
  }
  for (const [name, text] of Object.entries(wrong)) {
    const field = document.getElementById(name);
    const message = Object.assign(document.createElement("p"), { className: "wrong", textContent: text });
    message.dataset.wrong = name;
    field?.setAttribute("aria-invalid", "true");
    field?.after(message);
    field?.closest(".field").classList.add("is-wrong");
  }
}

// The session is over: what was typed waits in this browser until its author has signed in again.
function ended() {
  stopped = true;
  keep(form());
  say(status().dataset.ended, true);
}

// --- Buttons and files -----------------------------------------------------------------------------------------------

async function send(pressed, field) {
  clearTimeout(timer);
  if (saving) await saving;
  if (!form()) return;
  saving = sendInPlace(pressed, field);
  await saving;
  saving = null;
}

async function sendInPlace(pressed, field) {
  const sent = snapshot(form());
  sent.set("do", pressed);
  const body = snapshot(form());
  body.set("do", pressed);
  if (field) body.set(field.name, field.files[0]);
  let answer;
  try {
    answer = await post(form().action, body, field);
  } catch {
    keep(form());
    return say(status().dataset.lost, true);
  }
  if (answer.status === 401 || new URL(answer.responseURL).pathname === "/sign-in") {
    ended();
    return location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  const page = new DOMParser().parseFromString(answer.responseText, "text/html");
  // Too large a file, or a page of another kind: what was typed stays where it is.
  if (!page.querySelector("#main form[data-keep]")) {
    return say(page.querySelector("h1")?.textContent ?? status().dataset.lost, true);
  }
  show(page, pressed, changedSince(form(), sent), answer.status < 400);
}

// XMLHttpRequest, because fetch does not tell how much of a file has been sent.
function post(address, body, field) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const bar = field?.closest(".pick")?.querySelector("progress");
    request.upload.addEventListener("progress", (event) => {
      if (!bar || !event.lengthComputable) return;
      bar.hidden = false;
      bar.value = (100 * event.loaded) / event.total;
      say(status().dataset.sending.replace("{percent}", Math.round(bar.value)));
    });
    request.addEventListener("load", () => resolve(request));
    for (const fault of ["error", "abort", "timeout"]) request.addEventListener(fault, reject);
    request.open("POST", address);
    request.setRequestHeader("Accept", "text/html");
    request.send(body);
  });
}

// Puts the new page in place of the old one: what was unfolded, typed meanwhile or can be undone stays.
function show(page, pressed, typedMeanwhile, good) {
  const ids = new Set([...main.querySelectorAll("[id]")].map((each) => each.id));
  const opened = [...main.querySelectorAll("details[open][id]")].map((each) => each.id);
  const restored = pressed.startsWith("restore:") ? pressed : "";
  const undo = [...main.querySelectorAll("#undo li")].filter((each) => each.querySelector("button").value !== restored);
  const height = window.scrollY;
  main.replaceChildren(...page.querySelector("#main").childNodes);
  document.title = page.title;
  main.querySelector("#undo")?.append(...undo.slice(0, 9));
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  if (form()) fill(form(), typedMeanwhile);
  if (good && form()) forget(form());
  window.scrollTo({ top: height, behavior: "instant" });
  main.dispatchEvent(new Event("redrawn"));
  stopped = !form();
  focus(pressed, ids);
  if (typedMeanwhile.length) later(PAUSE);
}

// Where the author goes on: what is new, what was moved, what can be undone, or what is wrong.
function focus(pressed, before) {
  const [verb, place] = [pressed.split(":")[0], pressed.split(":").slice(1).join(":")];
  const errors = main.querySelector("[data-error-summary]");
  if (errors) return errors.focus();
  if (verb === "remove" || verb === "delete") return main.querySelector("#undo button")?.focus();
  const fresh = [...main.querySelectorAll("ol.stack > li[id], .option[id]")].filter((each) => !before.has(each.id)).pop();
  const target = fresh ?? (verb === "up" || verb === "down" ? document.getElementById(place) ?? document.getElementById(`lesson-${place}`) : null);
  if (!target) return;
  unfold(target);
  const field = target.querySelector("textarea, input.input:not([type=file]), .pick label");
  (verb === "up" || verb === "down" ? target.querySelector(`[name=do][value="${CSS.escape(pressed)}"]`) ?? field : field)?.focus({ preventScroll: true });
  target.scrollIntoView({ block: fresh ? "start" : "nearest", behavior: "instant" });
}

// --- Listening -------------------------------------------------------------------------------------------------------

main.addEventListener("input", (event) => {
  if (!form() || event.target.type === "file" || !event.target.closest("form[data-autosave]")) return;
  keep(form());
  if (stopped) return;
  say(status().dataset.wait);
  later(PAUSE);
});

main.addEventListener("change", (event) => {
  if (event.target.type === "file" && event.target.files.length && form()?.contains(event.target)) send("save", event.target);
});

main.addEventListener("submit", async (event) => {
  if (event.target !== form()) return;
  const pressed = event.submitter?.value ?? "save";
  clearTimeout(timer);
  if (IN_PLACE.test(pressed) && !event.submitter?.matches("[data-compare]")) {
    event.preventDefault();
    event.stopPropagation();
    return send(pressed);
  }
  keep(form());
  // A press waits for a save that is under way: else its own text would look like somebody else's.
  if (!saving) return;
  event.preventDefault();
  event.stopPropagation();
  await saving;
  event.target.requestSubmit(event.submitter);
});

main.addEventListener("click", (event) => {
  const place = event.target.closest?.("a[href*='#']")?.hash.slice(1);
  if (place) unfold(document.getElementById(decodeURIComponent(place)));
});

unfold(document.getElementById(decodeURIComponent(location.hash.slice(1))));

// What was written before the session ended is put back and saved. Somebody else's version stands beside it, if any.
if (form()) {
  const values = kept(form());
  if (values) {
    fill(form(), values);
    say(status().dataset.found);
    later(PAUSE);
  }
}
