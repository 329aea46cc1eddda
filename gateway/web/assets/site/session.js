// On a shared computer: two minutes before the session ends a warning, which one press puts off. Any page of the
// same browser that is opened or extended puts it off in all the others.

const WARNING = 120;

const dialog = document.querySelector("dialog[data-session]");
if (dialog) {
  const news = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;
  let timers = [];

  const wait = (seconds) => {
    timers.forEach(clearTimeout);
    if (dialog.open) dialog.close();
    timers = [
      setTimeout(() => dialog.showModal(), Math.max(0, seconds - WARNING) * 1000),
      // Nothing of a learner stays on the screen; the way back keeps the place.
      setTimeout(() => location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`), (seconds + 2) * 1000),
    ];
  };
  const extend = async () => {
    const answer = await fetch("/session", { method: "POST" });
    if (!answer.ok) return location.reload();
    const { seconds } = await answer.json();
    wait(seconds);
    news?.postMessage(seconds);
  };

  wait(Number(dialog.dataset.session));
  news?.postMessage(Number(dialog.dataset.session));
  news?.addEventListener("message", (event) => wait(event.data));
  dialog.querySelector("button").addEventListener("click", extend);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); extend(); });
}
