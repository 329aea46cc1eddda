// A practice task without loading the page anew: only the scene is exchanged. On a picture, the named buttons lie on
// their places; beside them, a press is answered as well.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-steps]") || event.defaultPrevented) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const player = page.querySelector(".player");
    if (!player || !page.querySelector("[data-practice]")) throw new Error("another page");
    document.querySelector(".player").replaceWith(player);
    history.pushState(null, "", answer.url);
    place();
    document.getElementById("practice-title").focus();
  } catch {
    if (event.submitter) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: event.submitter.name, value: event.submitter.value }));
    form.submit();
  }
});

addEventListener("popstate", () => { if (document.querySelector("[data-practice]")) location.reload(); });

function place() {
  for (const box of document.querySelectorAll("[data-picture]")) {
    for (const part of box.parentElement.querySelectorAll("button[data-area]")) {
      const [left, top, width, height] = part.dataset.area.split(" ").map((value) => `${Number(value) / 10}%`);
      Object.assign(part.style, { left, top, width, height });
      box.append(part);
    }
    if (!("elsewhere" in box.dataset)) continue;
    box.querySelector("img").addEventListener("click", () => {
      const form = box.closest("form");
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "elsewhere", value: "1" }));
      form.requestSubmit();
    });
  }
}

place();
