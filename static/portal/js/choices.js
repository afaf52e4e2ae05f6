// choices.js: boxes to tick in groups. Counts what is ticked, and ticks or clears a whole group.
//
// In the markup: [data-choices] a group · [data-chosen] its count · [data-choices-acts] shown only with
// this script · [data-choose=all|none] a button. Boxes that are disabled stay as they are.
(() => {
  "use strict";
  const boxes = (group) => [...group.querySelectorAll("input[type=checkbox]")];

  function count(group) {
    group.querySelector("[data-chosen]").textContent = boxes(group).filter((box) => box.checked).length;
  }

  function show(root) {
    root.querySelectorAll("[data-choices-acts]").forEach((acts) => { acts.hidden = false; });
  }

  document.addEventListener("change", (event) => {
    const group = event.target.closest?.("[data-choices]");
    if (group) count(group);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-choose]");
    if (!button) return;
    const group = button.closest("[data-choices]");
    boxes(group).filter((box) => !box.disabled).forEach((box) => { box.checked = button.dataset.choose === "all"; });
    count(group);
  });

  show(document);
  document.addEventListener("htmx:load", (event) => show(event.detail.elt));
})();
