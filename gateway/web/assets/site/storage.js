// The browser's storage; where it is switched off, missing or full, the memory of this page.

export function storage(name) {
  try {
    const found = window[name];
    found.setItem("works", "1");
    found.removeItem("works");
    return found;
  } catch {
    return memory();
  }
}

function memory() {
  const kept = {};
  return Object.defineProperties(kept, {
    getItem: { value: (key) => kept[key] ?? null },
    setItem: { value: (key, value) => { kept[key] = value; } },
    removeItem: { value: (key) => { delete kept[key]; } },
  });
}
