// Copies the report as rich text with its picture, and as plain text for programs that take no other.
const button = document.querySelector("[data-copies-report]");
const report = document.getElementById(button?.dataset.copiesReport);
const status = document.querySelector("[data-report-status]");

const asDataAddress = async (address) => {
  const blob = await (await fetch(address)).blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
};

// Word processors know no style sheet, so tables take their lines along.
const richText = async () => {
  const copy = report.cloneNode(true);
  for (const table of copy.querySelectorAll("table")) {
    table.setAttribute("border", "1");
    table.setAttribute("cellspacing", "0");
  }
  for (const picture of copy.querySelectorAll("img")) picture.src = await asDataAddress(picture.src);
  return new Blob([copy.innerHTML], { type: "text/html" });
};

const plainText = () => new Blob([report.innerText], { type: "text/plain" });

const select = () => {
  const range = document.createRange();
  range.selectNodeContents(report);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
};

if (button && report) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      if (navigator.clipboard && window.ClipboardItem) {
        // Promises inside the item, because Safari forgets the press while a picture is fetched.
        await navigator.clipboard.write([new ClipboardItem({ "text/html": richText(), "text/plain": Promise.resolve(plainText()) })]);
      } else {
        select();
        if (!document.execCommand("copy")) throw new Error("refused");
      }
      status.textContent = button.dataset.done;
    } catch {
      select();
      status.textContent = button.dataset.failed;
    }
  });
}
