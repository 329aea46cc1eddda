// Passkeys: a button is shown where the browser can make or use one, and its form carries the browser's answer.

const PARSERS = { create: "parseCreationOptionsFromJSON", get: "parseRequestOptionsFromJSON" };

// The options stand in the page, or are asked for, because the challenge in them counts once.
const optionsOf = async (button) => {
  if (button.dataset.options) return JSON.parse(button.dataset.options);
  const answer = await fetch(button.dataset.from, { method: "POST" });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
};

for (const button of document.querySelectorAll("[data-passkey]")) {
  const kind = button.dataset.passkey, form = button.form;
  if (!window.PublicKeyCredential?.[PARSERS[kind]]) continue;
  const failed = form.querySelector("[data-passkey-failed]");
  form.querySelector("[data-passkey-missing]")?.remove();
  button.hidden = false;
  button.addEventListener("click", async () => {
    failed.hidden = true;
    button.disabled = true;
    try {
      const publicKey = PublicKeyCredential[PARSERS[kind]](await optionsOf(button));
      const credential = await navigator.credentials[kind]({ publicKey });
      form.elements.passkey.value = JSON.stringify(credential);
      form.submit();
    } catch {
      // Also when somebody presses "cancel": they may try again.
      failed.hidden = false;
      button.disabled = false;
    }
  });
}
