// Sends what was recorded, oldest first, and keeps it until there is an answer for it. One window sends at a time.

import { fromBase64, imported, opened } from "./kit-crypto.js";
import * as store from "./kit-store.js";

const AT_ONCE = 1000;
const OTHERS = ["NOT_STAFF_OF_CLASS", "PROGRESS_NOT_FOUND"];
const LOST = ["KIT_REVOKED", "KIT_NOT_FOUND"];

async function asked(path, body) {
  const how = body ? { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } } : {};
  const response = await fetch(path, { cache: "no-store", redirect: "error", ...how });
  if (!/^application\/json/.test(response.headers.get("Content-Type") ?? "")) {
    // The page of another network, or the page to sign in.
    throw Object.assign(new Error("no answer"), { signIn: response.status === 401 });
  }
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.words), answer, { signIn: response.status === 401 });
  return answer;
}

export const content = (path) => asked(`${path}/content`);

// Opens a class without its code, for its holder, who is signed in and has network.
export const rawKey = async ({ path, raw }) => raw ?? fromBase64((await asked(`${path}/key`)).key);

// Says how it went: "sent", "away" (no network), "sign-in", or "lost" (revoked: nothing of it is here any more).
export async function send(kit, key) {
  const locks = navigator.locks ?? { request: (_, __, run) => run({}) };
  return locks.request(`ieum-kit-${kit.id}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return "sent";
    // It may say yes without network, never no with it.
    if (!navigator.onLine) return "away";
    try {
      if (!kit.raw) await asked(`${kit.path}/state`);
      const waiting = (await store.operations(kit.id)).filter((each) => !each.sent);
      for (let at = 0; at < waiting.length; at += AT_ONCE) {
        key ??= await imported(await rawKey(kit));
        const batch = waiting.slice(at, at + AT_ONCE);
        const operations = await Promise.all(
          batch.map(async ({ n, sealed }) => ({ ...(await opened(key, kit.id, sealed)), n })),
        );
        const { results } = await asked(`${kit.path}/operations`, { sent: Date.now(), operations });
        await store.settle(kit.id, results);
      }
      return "sent";
    } catch (problem) {
      if (LOST.includes(problem.reason)) {
        await store.remove(kit.id);
        return "lost";
      }
      return problem.signIn || OTHERS.includes(problem.reason) ? "sign-in" : "away";
    }
  });
}
