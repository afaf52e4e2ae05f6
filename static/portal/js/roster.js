// roster.js: a list is dropped or chosen; what is left out is taken off the number on the button.
//
// In the markup: [data-drop] the place to drop a file, around its input, with [data-drop-hint] ·
// [data-take=N] the number of rows to take · [data-leave] a row to leave · [data-leave-all] all of them ·
// [data-columns] a form whose button stands out once a column was changed.
(() => {
  "use strict";
  const MEGABYTE = 1024 * 1024;

  function tell(drop) {
    const input = drop.querySelector("input[type=file]");
    const hint = drop.querySelector("[data-drop-hint]");
    const file = input.files[0];
    const most = Number(input.dataset.mostBytes);
    const large = file && file.size > most;
    drop.classList.toggle("is-wrong", Boolean(large));
    drop.classList.toggle("is-large", Boolean(large));
    if (file) {
      const size = (file.size / MEGABYTE).toLocaleString("vi", { maximumFractionDigits: 1 });
      hint.textContent = large
        ? `Tệp ${size} MB, lớn hơn ${most / MEGABYTE} MB. Chép riêng bảng danh sách sang tệp mới rồi chọn lại.`
        : `Đã chọn ${file.name}. Bấm “Đọc danh sách”.`;
    }
    input.setCustomValidity(large ? hint.textContent : "");
  }

  document.querySelectorAll("[data-drop]").forEach((drop) => {
    const input = drop.querySelector("input[type=file]");
    const over = (on) => (event) => { event.preventDefault(); drop.classList.toggle("is-over", on); };
    drop.addEventListener("dragover", over(true));
    drop.addEventListener("dragleave", over(false));
    drop.addEventListener("drop", (event) => {
      over(false)(event);
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      tell(drop);
    });
    input.addEventListener("change", () => tell(drop));
  });

  const count = document.querySelector("[data-take]");
  function recount() {
    if (!count) return;
    const rows = [...document.querySelectorAll("[data-leave]")];
    const all = document.querySelector("[data-leave-all]");
    if (all) rows.forEach((box) => { box.disabled = all.checked; });
    const left = rows.filter((box) => box.checked || all?.checked).length;
    count.textContent = (Number(count.dataset.take) - left).toLocaleString("vi");
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-leave], [data-leave-all]")) recount();
    const columns = event.target.closest("[data-columns]");
    if (columns) columns.querySelector("button").classList.add("is-asked");
  });
  recount();
})();
