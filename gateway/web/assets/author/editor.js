// Saves what is being written by itself. Without this file the Save button does the same.

const PAUSE = 1500;
const AGAIN = 10000;
const form = document.querySelector("form[data-autosave]");

if (form) {
  const status = form.querySelector("[data-saved]");
  const compare = form.querySelector("[data-compare]");
  let timer;
  let saving = null;
  let stopped = false;

  const say = (text, lost = false) => {
    status.textContent = text;
    status.classList.toggle("lost", lost);
  };

  // The words and choices, without files: those are sent by the form itself.
  const typed = () => {
    const data = new FormData(form);
    for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
    data.set("do", "autosave");
    return data;
  };

  const later = (pause) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, pause);
  };

  const save = async () => {
    if (saving) return later(PAUSE);
    saving = send();
    await saving;
    saving = null;
  };

  const send = async () => {
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: typed(), headers: { Accept: "application/json" }, redirect: "manual" });
      if (!(answer.headers.get("Content-Type") ?? "").includes("application/json")) throw new Error("not an answer");
    } catch {
      say(status.dataset.lost, true);
      return later(AGAIN);
    }
    const said = await answer.json();
    if (answer.ok) {
      form.elements.etag.value = said.etag;
      return say(said.saved);
    }
    say(said.message, true);
    if (answer.status !== 412) return;
    // Somebody else saved meanwhile: from here on the author decides, by the form, which shows both.
    stopped = true;
    compare.hidden = false;
  };

  form.addEventListener("input", (event) => {
    if (event.target.type === "file" || stopped) return;
    say(status.dataset.wait);
    later(PAUSE);
  });

  // A chosen file is sent at once, with everything else, so that the page can show it.
  form.addEventListener("change", (event) => {
    if (event.target.type === "file" && event.target.files.length) form.requestSubmit();
  });

  // A press waits for a save that is under way: else its own text would look like somebody else's.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (!saving) return;
    event.preventDefault();
    event.stopPropagation();
    await saving;
    form.requestSubmit(event.submitter);
  });
}
