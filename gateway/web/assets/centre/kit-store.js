// IndexedDB: the classes that this device took along, and what was recorded, numbered in the order in which it was.

const finished = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const completed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });

let database;

function open() {
  database ??= (() => {
    const request = indexedDB.open("ieum-kit", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kits", { keyPath: "id" });
      request.result.createObjectStore("operations", { keyPath: ["kit", "n"] });
    };
    return finished(request);
  })();
  return database;
}

const ofKit = (id) => IDBKeyRange.bound([id, 0], [id, Infinity]);

export async function kits() {
  return finished((await open()).transaction("kits").objectStore("kits").getAll());
}

export async function put(kit) {
  const transaction = (await open()).transaction("kits", "readwrite");
  transaction.objectStore("kits").put(kit);
  return completed(transaction);
}

export async function remove(id) {
  const transaction = (await open()).transaction(["kits", "operations"], "readwrite");
  transaction.objectStore("kits").delete(id);
  transaction.objectStore("operations").delete(ofKit(id));
  return completed(transaction);
}

// The number is counted in the transaction that stores it, so that no two windows give the same one.
export async function record(id, sealed) {
  const transaction = (await open()).transaction(["kits", "operations"], "readwrite", { durability: "strict" });
  const kit = await finished(transaction.objectStore("kits").get(id));
  const n = (kit.last ?? 0) + 1;
  transaction.objectStore("kits").put({ ...kit, last: n });
  transaction.objectStore("operations").add({ kit: id, n, sealed, sent: false, refused: "" });
  await completed(transaction);
  return n;
}

export async function operations(id) {
  return finished((await open()).transaction("operations").objectStore("operations").getAll(ofKit(id)));
}

export async function settle(id, results) {
  const transaction = (await open()).transaction("operations", "readwrite");
  const store = transaction.objectStore("operations");
  for (const { n, taken, words } of results) {
    const operation = await finished(store.get([id, n]));
    if (operation) store.put({ ...operation, sent: true, refused: taken ? "" : words });
  }
  return completed(transaction);
}
