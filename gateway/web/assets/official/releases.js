// While a release is at work its page follows it: the panel with the progress is taken anew from the server, and when the
// state changes, the whole page.

const SECONDS = 3;

const look = async () => {
  const panel = document.querySelector("[data-follow]");
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return location.reload();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-follow]");
    if (!fresh || fresh.dataset.follow !== panel.dataset.follow) return location.reload();
    const [now, then] = [fresh, panel].map((each) => each.querySelector("progress"));
    if (now && then) {
      then.value = now.value;
      panel.querySelector("label").textContent = fresh.querySelector("label").textContent;
    } else if (now || fresh.textContent !== panel.textContent) panel.replaceChildren(...fresh.childNodes);
  } catch {
    // Ieum is being restarted: it is asked again.
  }
  setTimeout(look, SECONDS * 1000);
};

setTimeout(look, SECONDS * 1000);
