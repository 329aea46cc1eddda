// Four buttons above each text for those who do not know Markdown. They write it.
const template = document.querySelector("#format-bar");

const FORMATS = {
  heading: (text) => lines(text, () => "## "),
  bold: (text) => `**${text.trim() || "…"}**`,
  list: (text) => lines(text, () => "- "),
  numbers: (text) => lines(text, (number) => `${number}. `),
};

function lines(text, mark) {
  return text.split("\n").map((line, at) => mark(at + 1) + line.replace(/^(#{1,6} |[-*•] |\d+\. )/, "")).join("\n");
}

function addBars() {
  for (const place of document.querySelectorAll("[data-markdown]")) {
    if (place.querySelector(".format-bar") || !template) continue;
    place.querySelector("textarea").before(template.content.cloneNode(true));
  }
}

function write(area, kind) {
  let { selectionStart: start, selectionEnd: end } = area;
  // All but bold act on whole lines.
  if (kind !== "bold") {
    start = area.value.lastIndexOf("\n", start - 1) + 1;
    const stop = area.value.indexOf("\n", end);
    end = stop < 0 ? area.value.length : stop;
  }
  insert(area, FORMATS[kind](area.value.slice(start, end)), start, end);
}

// The old command is the only way that the browser's own undo knows of.
export function insert(area, text, start = area.selectionStart, end = area.selectionEnd) {
  area.focus();
  area.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, start, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-format]");
  if (button) write(button.closest("[data-markdown]").querySelector("textarea"), button.dataset.format);
});
document.querySelector("#main").addEventListener("redrawn", addBars);
addBars();
