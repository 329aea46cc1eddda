// The app in which a class is taught without network. It shows what the device took along, keeps what is recorded,
// and sends it when the network is back.

import { cleaned, fromBase64, imported, newCode, opened, seal, spaced, unwrapped, works, wrapped } from "./kit-crypto.js";
import { lessonsView } from "./kit-learning.js";
import { marksOf, needsMinutes, othersPresent } from "./kit-rules.js";
import * as store from "./kit-store.js";
import * as sync from "./kit-sync.js";
import { fill, on, show, words } from "./kit-view.js";

const IDLE = 15 * 60 * 1000;
const SEND_EVERY = 30 * 1000;
const line = document.getElementById("line");

// What is open: kit, key, its content and what was recorded, each decrypted. Nothing of it outlives the page.
let open = null;
let idle = 0;

start();

async function start() {
  if (!works) return show("t-insecure");
  try {
    await endOld();
  } catch {
    return show("t-insecure");
  }
  navigator.serviceWorker?.register("/kit/worker.js", { updateViaCache: "none" }).catch(() => {});
  const [, how, name] = /^#(take|own)-([0-9A-Za-z-]{1,64})$/.exec(location.hash) ?? [];
  history.replaceState(null, "", "/kit/");
  const id = how === "own" ? `own-${name}` : name;
  if (how && !(await find(id))) await take(id, how === "own" ? `/kit/own/${name}` : `/kit/${name}`, how === "own");
  else await list();
  for (const event of ["online", "focus"]) addEventListener(event, () => sendAll());
  document.addEventListener("visibilitychange", () => document.hidden || sendAll());
  setInterval(sendAll, SEND_EVERY);
  for (const event of ["pointerdown", "keydown"]) addEventListener(event, stayOpen);
  await sendAll();
}

const find = async (id) => (await store.kits()).find((kit) => kit.id === id);
const waitingOf = async (kit) => (await store.operations(kit.id)).filter((each) => !each.sent).length;

// What a class holds is deleted when its time is over; what is not sent stays until it is.
async function endOld() {
  for (const kit of await store.kits()) {
    if (Date.now() + kit.offset < kit.ends) continue;
    if (await waitingOf(kit)) await store.put({ ...kit, content: null });
    else await forget(kit);
  }
}

async function forget(kit) {
  await store.remove(kit.id);
  await forgetFilms();
}

async function forgetFilms() {
  if ((await store.kits()).length) return;
  await caches.delete("kit-media");
  document.cookie = "ieum_kit=; Max-Age=0; Path=/; SameSite=Lax";
}

// A course on a learner's own phone needs no code: its key stands beside it, as everything of the owner's there does.
async function take(id, path, own) {
  const view = show("t-taking");
  try {
    const content = await sync.content(path);
    const leftOut = [...content.left_out, ...(await takeMedia(content.media, view.querySelector("progress")))];
    const { key, ...kept } = content;
    const raw = own ? crypto.getRandomValues(new Uint8Array(32)) : fromBase64(key);
    const secret = await imported(raw);
    const code = newCode();
    await navigator.storage?.persist?.();
    await store.put({
      id,
      path,
      title: content.title,
      ends: content.ends,
      offset: content.now - Date.now(),
      until: content.ends_words,
      ...(own ? { raw } : { wrap: await wrapped(raw, code) }),
      content: await seal(secret, id, kept),
      last: 0,
    });
    document.cookie = `ieum_kit=1; Max-Age=${37 * 24 * 3600}; Path=/; SameSite=Lax`;
    const practices = kept.lessons.some((lesson) => lesson.practices);
    showCode(own ? "" : code, await find(id), secret, leftOut, practices);
  } catch (problem) {
    const full = problem.name === "QuotaExceededError";
    view.querySelector("[data-error]").textContent =
      (full && words("full")) || (problem.signIn && words("notFound")) || (problem.reason && problem.message) || words("failed");
  }
}

// Fetches what fits into half of the room that the browser gives; returns the titles of what does not.
async function takeMedia(media, progress) {
  const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  let room = (quota - usage) / 2;
  progress.max = media.length || 1;
  const cache = await caches.open("kit-media");
  const leftOut = [];
  for (const { address, bytes, title } of media) {
    if (bytes > room) leftOut.push(title);
    else {
      try {
        if (!(await cache.match(address))) await cache.add(address);
        room -= bytes;
      } catch {
        leftOut.push(title);
      }
    }
    progress.value += 1;
  }
  return leftOut.filter(Boolean);
}

function showCode(code, kit, key, leftOut = [], practices = false) {
  const view = show("t-code");
  for (const part of view.querySelectorAll("[data-coded]")) part.hidden = !code;
  for (const part of view.querySelectorAll("[data-own]")) part.hidden = Boolean(code);
  view.querySelector("[data-code]").textContent = spaced(code);
  view.querySelector("[data-left-out]").hidden = !leftOut.length;
  view.querySelector("[data-left]").replaceChildren(
    ...leftOut.map((title) => Object.assign(document.createElement("li"), { textContent: title })),
  );
  view.querySelector("[data-practices]").hidden = !practices;
  on(view, { noted: () => enter(kit, key) });
}

async function list() {
  open = null;
  const view = show("t-list");
  const kits = await store.kits();
  view.querySelector("[data-none]").hidden = kits.length > 0;
  for (const kit of kits) {
    const waiting = await waitingOf(kit);
    const row = fill("t-kit", { title: kit.title, until: words("until", { TIME: kit.until }), waiting: waiting ? words("waiting", { NUMBER: waiting }) : "" });
    const remove = row.querySelector('[data-do="remove"]');
    remove.disabled = waiting > 0;
    if (!kit.content) row.querySelector('[data-do="open"]').disabled = true;
    on(row, { open: async () => (kit.raw ? enter(kit, await imported(kit.raw)) : unlock(kit)), remove: async () => { await forget(kit); await list(); } });
    view.querySelector("[data-kits]").append(row);
  }
}

function unlock(kit) {
  open = null;
  const view = show("t-unlock");
  const error = view.querySelector("[data-error]");
  view.querySelector("[data-title]").textContent = kit.title;
  view.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const key = await unwrapped(kit.wrap, cleaned(view.querySelector("input").value));
    if (key) await enter(await find(kit.id), key);
    else error.textContent = words("wrongCode");
  });
  on(view, {
    list,
    forgot: async () => {
      try {
        const raw = await sync.rawKey(kit);
        const code = newCode();
        await store.put({ ...(await find(kit.id)), wrap: await wrapped(raw, code) });
        showCode(code, await find(kit.id), await imported(raw));
      } catch (problem) {
        error.textContent = problem.signIn ? words("notFound") : (problem.reason && problem.message) || words("away");
      }
    },
  });
}

async function enter(kit, key) {
  open = { kit, key, content: await opened(key, kit.id, kit.content), operations: [] };
  for (const stored of await store.operations(kit.id)) {
    open.operations.push({ ...(await opened(key, kit.id, stored.sealed)), n: stored.n, refused: stored.refused });
  }
  stayOpen();
  if (kit.raw) lessonsView(open, record, list, open.content.people[0]);
  else showClass();
  await sendAll();
}

function stayOpen() {
  clearTimeout(idle);
  if (open && !open.kit.raw) idle = setTimeout(() => unlock(open.kit), IDLE);
}

async function record(operations) {
  for (const operation of operations) {
    const whole = { ...operation, v: 1, wall: Date.now() };
    const n = await store.record(open.kit.id, await seal(open.key, open.kit.id, whole));
    open.operations.push({ ...whole, n, refused: "" });
  }
  sendAll();
}

function showClass() {
  const { kit, content, operations } = open;
  const view = show("t-class");
  view.querySelector("[data-title]").textContent = content.title;
  for (const session of content.sessions) {
    const row = fill("t-session", { words: session.words, marked: markedWords(session) });
    row.querySelector("button").addEventListener("click", () => showAttendance(session));
    view.querySelector("[data-sessions]").append(row);
  }
  const names = new Map(content.people.map(({ application, name }) => [application, name]));
  const refused = operations.filter((each) => each.refused);
  view.querySelector("[data-refusals]").hidden = !refused.length;
  view.querySelector("[data-refused]").replaceChildren(
    ...refused.map((each) => Object.assign(document.createElement("li"), { textContent: `${names.get(each.application)}: ${each.refused}` })),
  );
  on(view, { who: () => lessonsView(open, record, () => unlock(kit)), send: sendAll, lock: () => unlock(kit) });
}

function markedWords({ number }) {
  const marked = marksOf(open.content, open.operations, number).size;
  return words("marked", { MARKED: marked, ALL: open.content.people.length });
}

function showAttendance(session) {
  const view = show("t-attendance");
  view.querySelector("[data-words]").textContent = session.words;
  const count = () => { view.querySelector("[data-marked]").textContent = markedWords(session); };
  const marks = marksOf(open.content, open.operations, session.number);
  const keep = async (application, attended, minutes) => {
    await record([{ kind: "mark", session: session.number, application, attended, minutes }]);
    count();
  };
  for (const person of open.content.people) {
    view.querySelector("[data-rows]").append(attendanceRow(session, person, marks.get(person.application), keep));
  }
  count();
  on(view, {
    class: showClass,
    others: async () => {
      await record(othersPresent(open.content, open.operations, session.number));
      showAttendance(session);
    },
  });
}

function attendanceRow(session, { application, name }, mark, keep) {
  const row = fill("t-row", { name });
  const [state, minutes] = [row.querySelector("[data-attended]"), row.querySelector("[data-minutes]")];
  const error = row.querySelector("[data-error]");
  const labelled = { attended: state, minutes };
  for (const label of row.querySelectorAll("[data-for]")) {
    label.htmlFor = labelled[label.dataset.for].id = `${label.dataset.for}-${application}`;
    if (label.dataset.for === "attended") label.textContent += ` ${name}`;
  }
  state.value = mark?.attended ?? "";
  minutes.value = mark?.minutes ?? "";
  const asks = () => { row.querySelector("[data-minutes-of]").hidden = !needsMinutes(Number(state.value)); };
  const choose = () => {
    asks();
    error.textContent = "";
    const chosen = Number(state.value);
    if (!chosen) return;
    if (!needsMinutes(chosen)) return void keep(application, chosen);
    if (/^\d{1,4}$/.test(minutes.value) && Number(minutes.value) <= session.minutes) keep(application, chosen, Number(minutes.value));
    else error.textContent = words("minutes", { MOST: session.minutes });
  };
  state.addEventListener("change", () => { if (needsMinutes(Number(state.value))) asks(); else choose(); });
  row.querySelector("[data-keep]").addEventListener("click", choose);
  asks();
  return row;
}

let sending = null;
let again = false;

// One run at a time; what is recorded meanwhile goes with the next.
function sendAll() {
  if (sending) again = true;
  sending ??= sendEach().finally(() => {
    sending = null;
    if (again) { again = false; sendAll(); }
  });
  return sending;
}

async function sendEach() {
  const told = [];
  let signIn = false;
  let [left, any] = [0, false];
  for (const kit of await store.kits()) {
    any = true;
    const result = await sync.send(kit, open?.kit.id === kit.id ? open.key : undefined);
    if (result === "lost") {
      await forgetFilms();
      told.push(words("lost"));
      if (!open || open.kit.id === kit.id) await list();
    } else if (result !== "sent") told.push(result === "sign-in" ? words("notFound") : words("away"));
    if (result === "sent" && open?.kit.id === kit.id) await noteRefusals();
    const waiting = await waitingOf(kit);
    signIn ||= waiting > 0 && result === "sign-in";
    left += waiting;
  }
  const first = left ? words("waiting", { NUMBER: left }) : any ? words("sent") : "";
  const text = [first, ...new Set(left || told.includes(words("lost")) ? told : [])].filter(Boolean).join(" ");
  if (line.textContent !== text) line.textContent = text;
  document.getElementById("sign-in").hidden = !signIn;
}

async function noteRefusals() {
  const refused = new Map((await store.operations(open.kit.id)).map((each) => [each.n, each.refused]));
  for (const operation of open.operations) operation.refused = refused.get(operation.n) ?? "";
}
