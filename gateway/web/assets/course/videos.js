// Beside a video: ten seconds back or on, and three speeds.

for (const box of document.querySelectorAll("[data-video]")) {
  const video = box.querySelector("video");
  const tools = box.querySelector("[data-video-tools]");
  tools.hidden = false;
  for (const button of tools.querySelectorAll("[data-skip]")) {
    button.addEventListener("click", () => { video.currentTime += Number(button.dataset.skip); });
  }
  const speeds = [...tools.querySelectorAll("[data-rate]")];
  for (const button of speeds) {
    button.addEventListener("click", () => {
      video.playbackRate = Number(button.dataset.rate);
      for (const each of speeds) each.setAttribute("aria-pressed", String(each === button));
    });
  }
}
