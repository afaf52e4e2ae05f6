// saving.js: what htmx sends and what comes back. Nothing that was typed is lost.
//
// [data-saved] tells where the text stands: "Đang lưu", "đã lưu 16:58:41" (the server's time, from
// HX-Trigger: {"saved": {"at": "16:58:41"}}), "Mất kết nối, đang thử lại". A write that did not arrive
// is sent again, unchanged, after 2, 4, 8, 16 and then every 30 seconds until it does; the server
// knows a form by its uuid, so what arrived twice counts once. A 401 asks for a new sign-in in place
// and then sends what waited.
//
// Rows are tr.is-edit and tr.is-new (or [data-row]): Enter saves, Escape leaves by [data-row-cancel].
(() => {
  "use strict";
  const ROW = "tr.is-edit, tr.is-new, [data-row]";
  const GUARDED = ".is-edit, .is-new, [data-row], [data-guard]";
  const { icon, notice, forget } = window.portal;

  // ── The line that says "saved" ──────────────────────────────────────────────────────────
  const LABELS = {
    saving: ["clock", "Đang lưu"],
    offline: ["again", "Mất kết nối, đang thử lại"],
    invalid: ["warn", "Chưa lưu, xem ô báo đỏ"],
    conflict: ["warn", "Chưa lưu, có người vừa sửa"],
    session: ["lock", "Chưa lưu, phiên đã hết"],
    failed: ["warn", "Chưa lưu được"],
  };
  let lastSaved = null;   // what stood there when all was well
  let slow = 0;           // "Đang lưu" only shows when it takes a while

  function say(state, text) {
    clearTimeout(slow);
    document.querySelectorAll("[data-saved]").forEach((el) => {
      if (state === "saved") delete el.dataset.state; else el.dataset.state = state;
      el.replaceChildren(icon(state === "saved" ? "check" : LABELS[state][0]), text || LABELS[state][1]);
    });
    if (state === "saved") lastSaved = text;
  }

  function rest() {   // a write went through that has no time to tell
    clearTimeout(slow);
    document.querySelectorAll("[data-saved][data-state]").forEach((el) => {
      delete el.dataset.state;
      if (lastSaved) el.replaceChildren(icon("check"), lastSaved); else el.replaceChildren();
    });
  }

  const line = document.querySelector("[data-saved]");
  if (line && !line.dataset.state) lastSaved = line.textContent.trim() || null;

  document.addEventListener("saved", (event) => {
    const at = event.detail.at || event.detail.value;
    say("saved", at ? `đã lưu ${at}` : "đã lưu");
  });

  // ── Requests that wait to be sent again ─────────────────────────────────────────────────
  const FIRST = 2000, LONGEST = 30000;
  const GATEWAY = [502, 503, 504];   // the portal is being restarted: as good as offline
  let waiting = [];                  // {config, swap, wait, timer, sent}
  let strangers = [];                // the same, waiting for a sign-in

  const same = (config) => (entry) =>
    entry.config.elt === config.elt && entry.config.verb === config.verb && entry.config.path === config.path;

  // A poll comes again by itself; a write, and what somebody clicked, is sent again.
  const worthIt = (config) => config.verb !== "get" || Boolean(config.triggeringEvent);

  function send(entry) {
    const { config } = entry;
    entry.sent = true;
    clearTimeout(entry.timer);
    const gone = !config.elt.isConnected || !config.target.isConnected;   // its row was replaced: the text still counts
    htmx.ajax(config.verb, config.path, {
      source: gone ? document.body : config.elt,
      target: gone ? document.body : config.target,
      swap: gone ? "none" : entry.swap,
      event: config.triggeringEvent,
      values: config.formData,
    }).catch(() => {});
    if (gone) waiting = waiting.filter((other) => other !== entry);
  }

  function sendLater(detail) {
    const config = detail.requestConfig;
    let entry = waiting.find(same(config));
    if (!entry && !worthIt(config)) return;
    if (!entry) waiting.push(entry = { config, swap: detail.etc.swapOverride, wait: FIRST / 2 });
    entry.sent = false;
    entry.wait = Math.min(entry.wait * 2, LONGEST);
    clearTimeout(entry.timer);
    entry.timer = setTimeout(send, entry.wait, entry);
    say("offline");
    if (!document.querySelector("[data-saved]")) notice(LABELS.offline[1] + ".", { key: "offline" });
  }

  const sendAllNow = () => waiting.filter((entry) => !entry.sent).forEach(send);
  window.addEventListener("online", sendAllNow);

  document.addEventListener("htmx:sendError", (event) => sendLater(event.detail));
  document.addEventListener("htmx:timeout", (event) => sendLater(event.detail));

  // ── A request goes out ──────────────────────────────────────────────────────────────────
  // The token changes with each sign-in, maybe in another tab: the cookie knows the newest.
  const freshToken = () => document.cookie.match(/(?:^|; )[^=;]*csrftoken=([^;]+)/)?.[1];

  document.addEventListener("htmx:configRequest", (event) => {
    const token = freshToken();
    if (!token || event.detail.verb === "get") return;
    event.detail.headers["X-CSRFToken"] = token;
    delete event.detail.parameters.csrfmiddlewaretoken;
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const config = event.detail.requestConfig;
    // Newer text from the same place replaces what still waits.
    waiting.filter(same(config)).filter((entry) => !entry.sent).forEach((entry) => {
      clearTimeout(entry.timer);
      waiting.splice(waiting.indexOf(entry), 1);
    });
    if (config.verb === "get" || waiting.length) return;
    clearTimeout(slow);
    slow = setTimeout(say, 400, "saving");
  });

  // ── An answer comes in ──────────────────────────────────────────────────────────────────
  const FAILURES = {
    403: "Đồng chí không có quyền làm việc này, hoặc trang đã cũ. Tải lại trang rồi thử lại.",
    404: "Mục này không còn ở đây, có thể người khác vừa xóa. Tải lại trang để xem bản mới.",
    413: "Nội dung gửi lên quá lớn. Chia nhỏ rồi gửi lại.",
    429: "Gửi quá nhiều lần trong thời gian ngắn. Chờ một phút rồi thử lại.",
  };
  const BROKEN = "Máy chủ gặp lỗi nên chưa lưu được. Những gì vừa gõ vẫn còn trên trang; thử lại sau ít phút.";

  const dialog = document.getElementById("dlg-session");   // only for who is signed in
  const entrance = dialog?.querySelector("[data-sign-in]");
  const loginPath = entrance && new URL(entrance.action).pathname;

  function isStranger(xhr) {
    if (xhr.status === 401) return true;
    const path = xhr.responseURL && new URL(xhr.responseURL).pathname;
    return Boolean(path) && path === loginPath && path !== location.pathname;
  }

  let focusLater = null;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    if (isStranger(xhr)) { event.detail.shouldSwap = false; event.detail.isError = true; return; }
    const row = target.closest?.("tr[id], [data-row][id]");
    const place = row?.matches("tr.is-new") ? "tr.is-new" : `#${row?.id}`;   // a new row makes way for the next
    focusLater = row && row.contains(document.activeElement) ? place : null;
  });

  // The keyboard stays in the row that was swapped: at the fault, at the first field, or at its button.
  document.addEventListener("htmx:afterSettle", () => {
    const row = focusLater && document.querySelector(focusLater);
    focusLater = null;
    if (!row || (document.activeElement !== document.body && !row.contains(document.activeElement))) return;
    const place = row.querySelector(".is-invalid")
      || (row.matches(ROW) ? row.querySelector("[autofocus], input:not([type=hidden]), select, textarea") : null)
      || row.querySelector(".rowacts button, .rowacts a, button, a");
    if (!place) return;
    place.focus();
    if (place.matches("input[type=text], input:not([type])")) place.setSelectionRange(place.value.length, place.value.length);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, requestConfig: config } = event.detail;
    const write = config.verb !== "get";
    if (!xhr.status) return;   // never arrived: sendError follows
    if (GATEWAY.includes(xhr.status)) return sendLater(event.detail);
    waiting = waiting.filter((entry) => !same(config)(entry));
    forget("offline");
    setTimeout(sendAllNow);   // the line is back for the others too
    if (isStranger(xhr)) return signInFirst(event.detail);
    if (xhr.status === 422) return write && say("invalid");
    if (xhr.status === 409) return write && say("conflict");
    if (xhr.status >= 400) {
      if (write) say("failed");
      return notice(FAILURES[xhr.status] || BROKEN, { key: "failure", stop: true, reload: [403, 404].includes(xhr.status) });
    }
    forget("failure");
    if (write) settle(config);
    if (waiting.length) say("offline");
    else if (!/"?saved"?/.test(xhr.getResponseHeader("HX-Trigger") || "")) rest();
  });

  // ── The session is over ─────────────────────────────────────────────────────────────────
  function signInFirst(detail) {
    const config = detail.requestConfig;
    if (worthIt(config)) {
      strangers = strangers.filter((entry) => !same(config)(entry));
      strangers.push({ config, swap: detail.etc.swapOverride });
    }
    say("session");
    if (dialog && !dialog.open) dialog.showModal();
  }

  function refuseEntry(text) {
    const line = dialog.querySelector("[data-sign-in-error]");
    line.textContent = text;
    line.classList.toggle("show", Boolean(text));
    if (text) dialog.querySelector("[name=password]").select();
  }

  async function knock() {   // the sign-in page answers a script in JSON
    const token = freshToken();
    const answer = await fetch(entrance.action, {
      method: "POST",
      body: new FormData(entrance),
      headers: { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": token || "" },
    });
    if (answer.ok) return "";
    if (answer.status === 429) return FAILURES[429];
    if (answer.status !== 400) return BROKEN;
    const { form } = await answer.json();
    return [...form.errors, ...Object.values(form.fields).flatMap((field) => field.errors)].join(" ");
  }

  entrance?.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const refused = await knock().catch(() => LABELS.offline[1].replace("đang thử lại", "mời thử lại") + ".");
    refuseEntry(refused);
    if (refused) return;
    const token = freshToken();
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
    dialog.querySelector("[name=password]").value = "";
    dialog.close();
    const held = strangers;
    strangers = [];
    if (!held.length) rest();
    held.forEach(send);
  });

  // ── Keys in a row ───────────────────────────────────────────────────────────────────────
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;   // an input method is still at a word
    const row = event.target.closest?.(ROW);
    if (!row || !event.target.matches("input, select")) return;
    if (event.key === "Enter") {
      const save = row.querySelector("[data-row-save], .rowacts button:not([data-row-cancel], [data-open])");
      if (!save) return;
      event.preventDefault();   // the big form around the rows is not meant
      save.click();
    }
    if (event.key === "Escape") row.querySelector("[data-row-cancel]")?.click();
  });

  // ── Leaving with text unsaved ───────────────────────────────────────────────────────────
  let submitted = null;
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented) submitted = event.target; });

  function changed(field) {
    if (field.type === "hidden" || field.disabled || !field.name || field.form === submitted && submitted) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "file") return field.files.length > 0;
    if (field.type === "select-one") {
      const chosen = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(chosen, 0);
    }
    return "defaultValue" in field && field.value !== field.defaultValue;
  }

  // What the server took is no longer "unsaved", unless more was typed meanwhile.
  function settle(config) {
    const place = config.elt.closest(GUARDED) || config.elt;
    place.querySelectorAll("input, textarea, select").forEach((field) => {
      if (!config.formData.getAll(field.name).includes(field.value)) return;
      if ("defaultValue" in field) field.defaultValue = field.value;
      if (field.options) [...field.options].forEach((option) => { option.defaultSelected = option.selected; });
      if ("defaultChecked" in field) field.defaultChecked = field.checked;
    });
  }

  window.addEventListener("beforeunload", (event) => {
    const fields = [...document.querySelectorAll(GUARDED)].flatMap((el) => [...el.querySelectorAll("input, textarea, select")]);
    if (waiting.some((entry) => entry.config.verb !== "get") || strangers.length || fields.some(changed)) event.preventDefault();
  });
})();
