// attending_worker.js: keeps the page of one point at one session, and what it is drawn with, for when
// the line is down. It answers only below the scope it was given, and keeps no answer of the portal
// other than that page; what waits to be sent stands in the page's own store (attending.js).
"use strict";
const KEPT = "diem-danh-1";
const PATIENCE = 4000;   // a line that is down often says nothing at all

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The page says what it is made of; nothing else is ever fetched ahead.
self.addEventListener("message", (event) => {
  const { keep } = event.data || {};
  if (!Array.isArray(keep)) return;
  const done = caches.open(KEPT).then((cache) => Promise.all(keep.map(async (url) => {
    if (new URL(url, location.href).origin !== location.origin) return;
    const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
    if (answer && answer.ok && !answer.redirected) await cache.put(url, answer);
  })));
  event.waitUntil(done.then(() => event.source && event.source.postMessage({ kept: true })));
});

async function page(request) {
  const cache = await caches.open(KEPT);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE);
  try {
    const answer = await fetch(request, { signal: late.signal });
    if (answer.ok && !answer.redirected) await cache.put(request.url, answer.clone());
    if (answer.status < 500) return answer;   // also "sign in" and "revoked": only a fault is covered up
    return (await cache.match(request.url, { ignoreVary: true })) || answer;
  } catch (error) {
    const kept = await cache.match(request.url, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function part(request) {
  const kept = await (await caches.open(KEPT)).match(request.url, { ignoreVary: true });
  return kept || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (["style", "script", "image", "font"].includes(request.destination)) event.respondWith(part(request));
});
