// refresh.js: parts of a page that ask for news by themselves, only while somebody can see them.
//
// In the markup:  <… id="…" data-refresh="20" hx-trigger="portal:refresh" hx-get="…">.
// A page that comes back into view after more than its period asks at once.
(() => {
  "use strict";
  const asked = new Map();   // by id: the part itself is replaced at each answer

  function look() {
    if (document.hidden) return;
    document.querySelectorAll("[data-refresh][id]").forEach((part) => {
      const now = performance.now();
      if (!asked.has(part.id)) asked.set(part.id, now);
      if (now - asked.get(part.id) < part.dataset.refresh * 1000) return;
      asked.set(part.id, now);
      htmx.trigger(part, "portal:refresh");
    });
  }

  // What somebody has opened stays open when news arrive around it.
  const opened = (part) => [...part.querySelectorAll("details[id][open]")].map((one) => one.id);
  let open = [];
  document.addEventListener("htmx:oobBeforeSwap", (event) => { open = opened(event.detail.target); });
  document.addEventListener("htmx:oobAfterSwap", () => open.forEach((id) => {
    const one = document.getElementById(id);
    if (one) one.open = true;
  }));

  setInterval(look, 500);
  document.addEventListener("visibilitychange", look);
})();
