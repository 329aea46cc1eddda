// Everything works without this file; it only makes some things easier.
import "../course/answers.js";
import "../course/ordering.js";
import "../course/places.js";
import "../course/practice.js";
import "../course/videos.js";
import "./session.js";

// An answer to a form becomes a plain page of the history, so that Back never asks to send the form once more.
history.replaceState(history.state, "", location.href);

// A page of our own where the line is down. Browsers offer it over https, and on one's own machine.
if (navigator.serviceWorker) {
  addEventListener("load", () => navigator.serviceWorker.register("/service-worker.js").catch(() => {}));
}

const errors = document.querySelector("[data-error-summary]");
if (errors) errors.focus();

// The button that shows a passphrase has nothing to do without a script, so it appears here.
for (const button of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.textContent = shown ? button.dataset.hide : button.dataset.show;
  });
  field.form?.addEventListener("submit", () => { field.type = "password"; });
}

// A panel that lies over the page closes on Escape, and when something else is pressed.
for (const panel of document.querySelectorAll("details[data-over]")) {
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.open) return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!panel.contains(event.target)) panel.open = false;
  });
}

// A slow line must not make one press into two: the second within three seconds is dropped.
document.addEventListener("submit", (event) => {
  const now = Date.now();
  if (now - Number(event.target.dataset.sent ?? 0) < 3000) event.preventDefault();
  else event.target.dataset.sent = now;
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("[data-copies]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = button.dataset.done;
  });
}

// The code of the room, from the picture that a camera has read.
const roomCode = document.querySelector('input[autocomplete="one-time-code"]');
if (roomCode && /^#\d{6}$/.test(location.hash)) roomCode.value = location.hash.slice(1);
