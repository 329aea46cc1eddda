// Where a picture is pressed, a button is put: the form is sent with the place in thousandths of the picture.

for (const box of document.querySelectorAll("[data-spots]")) {
  for (const mark of box.querySelectorAll("[data-area]")) {
    const [left, top, width, height] = mark.dataset.area.split(" ").map((value) => `${Number(value) / 10}%`);
    Object.assign(mark.style, { left, top, width, height });
  }
  box.querySelector("img").addEventListener("click", (event) => {
    const { left, top, width, height } = event.target.getBoundingClientRect();
    const form = box.closest("form");
    const place = [(event.clientX - left) / width, (event.clientY - top) / height];
    form.elements.spot.value = place.map((part) => Math.round(part * 1000)).join(" ");
    const pressed = Object.assign(document.createElement("button"), { name: "do", value: `spot:${box.dataset.spots}`, hidden: true });
    form.append(pressed);
    form.requestSubmit(pressed);
  });
}

// Chosen pictures become scenes at once.
document.getElementById("pictures")?.addEventListener("change", (event) => event.target.form.requestSubmit());
