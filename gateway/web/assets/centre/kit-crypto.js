// What the device keeps is encrypted (AES-256-GCM) under a key of the server. On the device that key stands only
// wrapped, by a code of 50 random bits that is stretched (PBKDF2) and stored nowhere.

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 10;
const ROUNDS = 1_000_000;

export const works = Boolean(globalThis.isSecureContext && globalThis.crypto?.subtle && globalThis.indexedDB);

export function newCode() {
  return [...crypto.getRandomValues(new Uint8Array(LENGTH))].map((byte) => LETTERS[byte % 32]).join("");
}

export const spaced = (code) => `${code.slice(0, 5)}-${code.slice(5)}`;

// As people write it: small letters, spaces, O for 0, I and L for 1.
export function cleaned(typed) {
  return typed.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
}

async function stretched(code, salt, rounds) {
  const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export const imported = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

export const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

export async function wrapped(raw, code) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await stretched(code, salt, ROUNDS), raw);
  return { salt, iv, rounds: ROUNDS, data };
}

// The key, or null where the code is wrong.
export async function unwrapped({ salt, iv, rounds, data }, code) {
  try {
    const raw = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await stretched(code, salt, rounds), data);
    return await imported(raw);
  } catch {
    return null;
  }
}

export async function seal(key, kit, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = new TextEncoder().encode(kit);
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain) };
}

export async function opened(key, kit, { iv, data }) {
  const additionalData = new TextEncoder().encode(kit);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, data);
  return JSON.parse(new TextDecoder().decode(plain));
}
