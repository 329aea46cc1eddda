// What an author types is also kept in this browser until the server has it: it survives a line that is down and a
// session that ends. On a shared computer nothing outlives the window.
import { snapshot } from "./page.js";

// Not of the text: what the server made, and what belongs to one press.
const OTHER = new Set(["_csrf", "do", "removed"]);

// Cookies and storage may be switched off; then nothing is kept.
function storage() {
  try {
    return document.querySelector("[data-session]") ? sessionStorage : localStorage;
  } catch {
    return null;
  }
}

// "answer": whoever signs in next in this window on a shared computer makes an end of it (answers.js).
const place = (form) => `answer draft ${form.dataset.keep}`;

export function keep(form) {
  const values = {};
  for (const [name, value] of snapshot(form)) if (!OTHER.has(name)) (values[name] ??= []).push(value);
  try {
    storage()?.setItem(place(form), JSON.stringify(values));
  } catch {
    // It is full: what was kept before stays.
  }
}

export function forget(form) {
  storage()?.removeItem(place(form));
}

export function kept(form) {
  try {
    const values = JSON.parse(storage()?.getItem(place(form)) ?? "null");
    return values && Object.entries(values);
  } catch {
    return null;
  }
}
