// reading.js: a letter is dropped or chosen; a field and its sentence in the letter light up together.
//
// In the markup: [data-letter-drop] the place to drop a file, around its input, with [data-drop-hint] ·
// [data-letter] the letter, its pieces with [data-of="c12-40 c12-90"] · [data-place="c12-40"] a field or a row.
(() => {
  "use strict";
  const MEGABYTE = 1024 * 1024;

  document.querySelectorAll("[data-letter-drop]").forEach((drop) => {
    const input = drop.querySelector("input[type=file]");
    const hint = drop.querySelector("[data-drop-hint]");
    const tell = () => {
      const file = input.files[0];
      const most = Number(input.dataset.mostBytes);
      const large = Boolean(file && file.size > most);
      drop.classList.toggle("is-wrong", large);
      if (file) {
        hint.textContent = large
          ? `Tệp lớn hơn ${most / MEGABYTE} MB. Chỉ nhận giấy mời, không nhận cả tập tài liệu.`
          : `Đã chọn ${file.name}. Bấm “Đọc giấy mời”.`;
      }
      input.setCustomValidity(large ? hint.textContent : "");
    };
    const over = (on) => (event) => { event.preventDefault(); drop.classList.toggle("is-over", on); };
    drop.addEventListener("dragover", over(true));
    drop.addEventListener("dragleave", over(false));
    drop.addEventListener("drop", (event) => {
      over(false)(event);
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      tell();
    });
    input.addEventListener("change", tell);
  });

  const letter = document.querySelector("[data-letter]");
  if (!letter) return;
  const bits = [...letter.querySelectorAll("[data-of]")];
  const beside = window.matchMedia("(min-width: 900px)");

  function light(place, scroll) {
    let first = null;
    bits.forEach((bit) => {
      const on = bit.dataset.of.split(" ").includes(place);
      bit.classList.toggle("is-lit", on);
      if (on && !first) first = bit;
    });
    if (first && scroll && beside.matches) {
      const from = letter.getBoundingClientRect();
      const at = first.getBoundingClientRect();
      if (at.top < from.top || at.bottom > from.bottom) letter.scrollTop += at.top - from.top - from.height / 3;
    }
  }

  function follow(event) {
    const near = event.target.closest("[data-place]");
    if (near) light(near.dataset.place, true);
  }
  document.addEventListener("focusin", follow);
  document.addEventListener("click", follow);

  // A group that was closed folds; the keyboard goes on to the next one, or to what is wrong in this one.
  document.addEventListener("htmx:afterSettle", (event) => {
    const id = event.detail.requestConfig?.elt?.id || "";
    const group = id.startsWith("nhom-") && document.getElementById(id);
    if (!group) return;
    const open = document.querySelector(".read-group:not(.is-seen):not(.is-none)");
    const next = group.classList.contains("is-seen")
      ? (open || group).querySelector("summary")
      : group.querySelector(".is-invalid, .is-needed input, summary");
    next.focus();
    next.closest(".read-group").scrollIntoView({ block: "start" });
  });

  // From the letter to the draft: the narrowest value that the piece belongs to.
  letter.addEventListener("click", (event) => {
    const bit = event.target.closest("[data-of]");
    if (!bit || String(window.getSelection())) return;
    const size = (place) => { const [start, end] = place.slice(1).split("-").map(Number); return end - start; };
    const places = bit.dataset.of.split(" ").sort((one, other) => size(one) - size(other));
    for (const place of places) {
      const found = document.querySelector(`.reading-draft [data-place="${place}"]`);
      if (!found) continue;
      const field = found.matches("a") ? found : found.querySelector("input:not([type=hidden]), textarea, select, a");
      (field || found).focus();
      return;
    }
  });
})();
