// copy.js: [data-copy=TEXT] puts its text on the clipboard and says [data-copied]. Where the browser has no
// clipboard (an old one, or a page without TLS) a text field does it; where that fails too, the text is shown
// to be copied by hand.
(() => {
  "use strict";

  function byField(text) {
    const field = document.createElement("textarea");
    field.className = "visually-hidden";
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }

  async function put(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return byField(text);
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const done = await put(button.dataset.copy);
    button.focus();
    const kind = done ? "toast" : "notice";
    const value = done ? button.dataset.copied : `Chưa chép được, đồng chí chép tay: ${button.dataset.copy}`;
    document.dispatchEvent(new CustomEvent(kind, { detail: { value } }));
  });
})();
