// parts.js: a long list whose later rows come in parts after the page.
//
// An address that names such a row (#d-12) leads to it when it comes, unless the person has begun to act.
(() => {
  "use strict";
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (!wanted || document.getElementById(wanted)) return;
  let acted = false;
  ["pointerdown", "keydown", "wheel", "touchstart"].forEach((kind) => {
    window.addEventListener(kind, () => { acted = true; }, { once: true, passive: true });
  });
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt.id !== wanted || acted) return;
    acted = true;
    event.detail.elt.scrollIntoView({ block: "center" });
  });
})();
