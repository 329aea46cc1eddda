// Keeps the app that teaches a class without network, and gives out its pictures and films while the line is down.
// Pages outside /kit/ are none of its business.

const SHELL = "kit-shell-VERSION";
const MEDIA = "kit-media";

// All or nothing; a new version takes over when the app was closed, so that no page meets another's scripts.
addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((kept) => kept.addAll(FILES)));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("kit-shell-") && name !== SHELL;
  const clean = async () => {
    for (const name of await caches.keys()) if (old(name)) await caches.delete(name);
    await clients.claim();
  };
  event.waitUntil(clean());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(fromShell("/kit/", request));
  else if (new URL(request.url).pathname.startsWith("/media/")) event.respondWith(medium(request));
  else if (FILES.includes(new URL(request.url).pathname)) event.respondWith(fromShell(request.url, request));
});

async function fromShell(address, request) {
  const kept = await (await caches.open(SHELL)).match(address);
  return kept ?? fetch(request);
}

// Players ask for parts of a film, and some refuse the whole.
async function medium(request) {
  const kept = await (await caches.open(MEDIA)).match(request.url);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("Range") ?? "");
  if (!kept || !range) return kept ?? fetch(request);
  const content = await kept.blob();
  const start = Number(range[1]);
  const end = Math.min(range[2] ? Number(range[2]) : content.size - 1, content.size - 1);
  if (start > end) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${content.size}` } });
  return new Response(content.slice(start, end + 1), {
    status: 206,
    headers: {
      "Content-Type": kept.headers.get("Content-Type") ?? "",
      "Content-Range": `bytes ${start}-${end}/${content.size}`,
      "Content-Length": String(end - start + 1),
      "Accept-Ranges": "bytes",
    },
  });
}
