// What the form holds, and how to put it back.

// The words and choices, without files: those are sent one by one.
export function snapshot(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
  return data;
}

// The fields that were changed since, as [name, values].
export function changedSince(form, sent) {
  const now = snapshot(form);
  const names = new Set([...now.keys(), ...sent.keys()]);
  names.delete("do");
  names.delete("etag");
  names.delete("removed");
  return [...names].filter((name) => String(now.getAll(name)) !== String(sent.getAll(name))).map((name) => [name, now.getAll(name)]);
}

export function fill(form, values) {
  for (const [name, given] of values) {
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (/radio|checkbox/.test(field.type)) field.checked = given.includes(field.value);
      else if (given.length && field.type !== "file") field.value = given[0];
    }
  }
}

// Opens what an element is folded into, and itself.
export function unfold(element) {
  if (!element) return;
  for (let each = element; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  const own = element.querySelector(":scope > details");
  if (own) own.open = true;
}
