// Steps to put in order: buttons move a step up or down; its place in the list is then the place that is sent.
// Runs after answers.js, which may bring an earlier order back.

for (const list of document.querySelectorAll("[data-ordering]")) {
  arrange(list);
  for (const item of list.children) {
    const buttons = document.createElement("span");
    buttons.className = "moves";
    buttons.append(move(list, item, -1, list.dataset.up, "↑"), move(list, item, 1, list.dataset.down, "↓"));
    item.append(buttons);
    item.querySelector("select").hidden = true;
  }
  number(list);
}

// As chosen before; steps without a place keep their order behind the others.
function arrange(list) {
  const place = (item) => Number(item.querySelector("select").value) || list.children.length + 1;
  list.append(...[...list.children].sort((one, other) => place(one) - place(other)));
}

function number(list) {
  [...list.children].forEach((item, at) => { item.querySelector("select").value = String(at + 1); });
}

function move(list, item, by, words, sign) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = sign;
  button.setAttribute("aria-label", `${words}: ${item.querySelector("label").textContent}`);
  button.addEventListener("click", () => {
    const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(item);
    else other.after(item);
    number(list);
    button.focus();
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return button;
}
