// An answer survives a line that is down and a session that ends: it stays in this browser until the server has it.

const HEARTBEAT = "/healthz";
const RETRY = 5000;

const form = document.querySelector("form[data-answer]");
const place = `answer ${location.pathname}`;
// On a shared computer nothing may outlive the window.
const store = document.querySelector("[data-session]") ? sessionStorage : localStorage;

if (form) {
  restore(form);
  for (const event of ["input", "change"]) form.addEventListener(event, () => keep(form));
  sendWhenPossible(form);
} else if (document.querySelector("[data-forget]")) {
  store.removeItem(place);
}

function fields(form) {
  return [...form.elements].filter((field) => /^(answer$|pair-|place-)/.test(field.name));
}

function keep(form) {
  const values = fields(form)
    .filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked)
    .map((field) => [field.name, field.value]);
  store.setItem(place, JSON.stringify(values));
}

function restore(form) {
  const kept = JSON.parse(store.getItem(place) ?? "[]");
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
    keep(form);
    send();
  });
  window.addEventListener("online", () => { if (line.textContent) send(); });
}
