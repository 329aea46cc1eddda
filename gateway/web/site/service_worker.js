// Shows a page of our own where the line is down. It keeps that page and its style, and nothing of anybody's.

const KEPT = "%(version)s";
const PAGE = "/offline";
const STYLE = "%(style)s";

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll([PAGE, STYLE])));
});

addEventListener("activate", (event) => {
  // What a class without network keeps is its own worker's.
  const old = (name) => name !== KEPT && !name.startsWith("kit-");
  const others = (names) => Promise.all(names.filter(old).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(others));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(PAGE)));
  else if (request.url.endsWith(STYLE)) event.respondWith(caches.match(STYLE).then((kept) => kept ?? fetch(request)));
});
