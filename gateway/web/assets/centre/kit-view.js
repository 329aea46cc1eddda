// The page of the app: its parts are templates of the page, in the reader's language.

const main = document.getElementById("view");

// The words for `name`, with what is known put in.
export function words(name, values = {}) {
  return Object.entries(values).reduce((text, [key, value]) => text.replace(key, value), document.body.dataset[name] ?? "");
}

export function fill(template, values) {
  const part = document.getElementById(template).content.cloneNode(true).firstElementChild;
  for (const [name, value] of Object.entries(values)) {
    for (const place of part.matches(`[data-${name}]`) ? [part] : part.querySelectorAll(`[data-${name}]`)) {
      place.textContent = place.classList.contains("unseen") ? ` ${value}` : value;
    }
  }
  return part;
}

export function show(template) {
  main.replaceChildren(document.getElementById(template).content.cloneNode(true));
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
  scrollTo(0, 0);
  return main;
}

export function on(part, actions) {
  for (const button of part.querySelectorAll("[data-do]")) {
    const action = actions[button.dataset.do];
    if (action) button.addEventListener("click", action);
  }
}
