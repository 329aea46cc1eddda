// Questions on a picture. The list below the picture is the form; here its places are pressed, and labels are dragged
// to them, which fills in the list. Whoever uses the keyboard or a screen reader has the list.
// Runs after answers.js, which may bring an earlier answer back.

for (const figure of document.querySelectorAll("[data-places]")) {
  const form = figure.closest("form");
  if (form) (figure.dataset.places === "pairs" ? placeLabels : choosePlaces)(figure, form);
}

function spots(figure) {
  return [...figure.querySelectorAll("[data-place]")].map((mark) => {
    const spot = document.createElement("button");
    spot.type = "button";
    spot.className = "spot";
    // The list has the same for the keyboard.
    spot.tabIndex = -1;
    spot.setAttribute("aria-hidden", "true");
    spot.textContent = mark.textContent;
    spot.dataset.place = mark.dataset.place;
    const [left, top, width, height] = mark.dataset.area.split(" ").map((value) => `${Number(value) / 10}%`);
    Object.assign(spot.style, { left, top, width, height });
    mark.replaceWith(spot);
    return spot;
  });
}

function choosePlaces(figure, form) {
  const buttons = spots(figure);
  const field = (spot) => [...form.elements].find((each) => each.name === "answer" && each.value === spot.dataset.place);
  const show = () => buttons.forEach((spot) => spot.setAttribute("aria-pressed", String(field(spot).checked)));
  buttons.forEach((spot) => spot.addEventListener("click", () => field(spot).click()));
  form.addEventListener("change", show);
  show();
}

function placeLabels(figure, form) {
  const buttons = spots(figure);
  const field = (spot) => form.elements[`pair-${spot.dataset.place}`];
  const tray = document.createElement("div");
  tray.className = "tray";
  tray.setAttribute("aria-hidden", "true");
  let held = null;

  const show = () => buttons.forEach((spot, at) => {
    const chosen = field(spot).value ? field(spot).selectedOptions[0].textContent : "";
    spot.textContent = chosen || String(at + 1);
    spot.classList.toggle("filled", Boolean(chosen));
  });
  const hold = (label) => {
    held = label;
    for (const each of tray.children) each.setAttribute("aria-pressed", String(each === label));
  };
  const put = (spot) => {
    if (!held) return;
    field(spot).value = held.value;
    hold(null);
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };

  for (const option of field(buttons[0]).options) {
    if (!option.value) continue;
    const label = document.createElement("button");
    Object.assign(label, { type: "button", className: "button", value: option.value, textContent: option.textContent, tabIndex: -1 });
    label.setAttribute("aria-pressed", "false");
    drag(label, () => hold(label), put);
    tray.append(label);
  }
  const words = document.createElement("p");
  words.className = "hint";
  words.textContent = figure.dataset.tray;
  figure.append(words, tray);
  buttons.forEach((spot) => spot.addEventListener("click", () => put(spot)));
  addEventListener("keydown", (event) => { if (event.key === "Escape") hold(null); });
  form.addEventListener("change", show);
  show();
}

// A press holds the label; moved far enough, it goes along, and falls where it is let go.
function drag(label, hold, put) {
  label.addEventListener("pointerdown", (down) => {
    hold();
    const shade = label.cloneNode(true);
    shade.classList.add("dragged");
    let moved = false;
    const spotAt = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".spot");
    const move = (event) => {
      moved ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > 8;
      if (!moved) return;
      if (!shade.isConnected) document.body.append(shade);
      Object.assign(shade.style, { left: `${event.clientX + 8}px`, top: `${event.clientY + 8}px` });
      for (const each of document.querySelectorAll(".spot")) each.classList.toggle("over", each === spotAt(event));
    };
    const end = (event) => {
      label.removeEventListener("pointermove", move);
      shade.remove();
      for (const each of document.querySelectorAll(".spot.over")) each.classList.remove("over");
      if (moved && event.type === "pointerup" && spotAt(event)) put(spotAt(event));
    };
    label.setPointerCapture(down.pointerId);
    label.addEventListener("pointermove", move);
    label.addEventListener("pointerup", end, { once: true });
    label.addEventListener("pointercancel", end, { once: true });
  });
}
