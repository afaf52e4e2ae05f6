// attending.js: a point reports who came, with or without a line.
//
// What is entered is first kept in the browser (IndexedDB: keys, numbers, states and reasons, no names), only then
// shown as entered, then sent; it is taken out once the portal has said what became of it. Each entry has a key,
// so that what is sent again is kept once, and an age in seconds, so that a wrong clock decides nothing.
(() => {
  "use strict";
  const root = document.querySelector("[data-attending]");
  if (!root) return;
  const url = root.dataset.attending;
  const AT_ONCE = 1000, EVERY = 15000;
  const part = (name) => root.querySelector(`[${name}]`);
  const uuid = () => crypto.randomUUID ? crypto.randomUUID()
    : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> c / 4).toString(16));

  function device() {
    let own = localStorage.getItem("diem-danh-may");
    if (!own) localStorage.setItem("diem-danh-may", own = uuid());
    return own;
  }

  // ── What waits ──────────────────────────────────────────────────────────────────────────
  const opened = new Promise((done, failed) => {
    const asked = indexedDB.open("diem-danh", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("cho-gui", { keyPath: "key" }).createIndex("url", "url");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  async function store(mode, work) {
    const database = await opened;
    return new Promise((done, failed) => {
      const turn = database.transaction("cho-gui", mode, { durability: "strict" });
      const asked = work(turn.objectStore("cho-gui"));
      turn.oncomplete = () => done(asked && asked.result);
      turn.onerror = turn.onabort = () => failed(turn.error);
    });
  }
  const mine = () => store("readonly", (rows) => rows.index("url").getAll(url)).then((all) => all.sort((a, b) => a.made - b.made || a.order - b.order));

  let order = 0;
  async function keep(entry) {
    const row = { key: uuid(), url, made: Date.now(), order: order++, ...entry };
    try {
      await store("readwrite", (rows) => rows.put(row));
    } catch {
      trouble = "Máy không giữ được mục vừa nhập: có thể đã hết bộ nhớ, hoặc đây là cửa sổ ẩn danh. Tải lại trang rồi nhập lại.";
      say("warn", trouble);
      return false;
    }
    trouble = "";
    await show();
    sync();
    return true;
  }

  // ── Sending ─────────────────────────────────────────────────────────────────────────────
  let sending = false, again = false;
  async function sync() {
    if (sending) { again = true; return; }
    sending = true;
    try {
      for (;;) {
        const rows = (await mine()).filter((row) => !row.why).slice(0, AT_ONCE);
        if (!rows.length || !await send(rows)) break;
      }
    } finally {
      sending = false;
      await show();
      if (again) { again = false; sync(); }
    }
  }

  function headers(type) {
    const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    const field = document.body.getAttribute("hx-headers");
    return {
      "Content-Type": type, "HX-Request": "true",
      "X-CSRFToken": cookie ? cookie[1] : field ? JSON.parse(field)["X-CSRFToken"] : "",
    };
  }

  async function send(rows) {
    const now = Date.now();
    const entries = rows.map(({ url: _, made, order: __, why: ___, elsewhere: ____, ...entry }) => ({ ...entry, age: (now - made) / 1000 }));
    let answer;
    try {
      answer = await fetch(url, { method: "POST", headers: headers("application/json"), body: JSON.stringify({ device: device(), entries }), signal: AbortSignal.timeout(30000) });
      if (answer.status === 401 || answer.status === 403) { say("lock", "Phiên đã hết: đăng nhập lại ở trang khác, các mục chờ vẫn còn trong máy"); return false; }
      if (!answer.ok && ![409, 410].includes(answer.status)) return false;
      const said = await answer.json();
      if (!answer.ok) { trouble = said.why; return false; }
      trouble = "";
      await settle(said.results);
      news(said.now);
      return true;
    } catch { return false; }   // no line: all of it stays
  }

  let trouble = "";
  async function settle(results) {
    const rows = new Map((await mine()).map((row) => [row.key, row]));
    await store("readwrite", (all) => {
      for (const one of results) {
        const row = rows.get(one.key);
        if (!row) continue;
        if (["kept", "older", "repeated"].includes(one.state)) all.delete(one.key);
        else all.put({ ...row, why: one.why || "Cổng không nhận mục này.", elsewhere: one.state === "elsewhere" });
      }
    });
  }

  // ── Showing ─────────────────────────────────────────────────────────────────────────────
  function say(icon, text) {
    const line = part("data-waits");
    line.replaceChildren(window.portal.icon(icon), Object.assign(document.createElement("span"), { textContent: text }));
  }

  function list(parent, texts) {
    parent.hidden = !texts.length;
    parent.querySelector("ul").replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  }

  async function show() {
    const rows = await mine();
    const waits = rows.filter((row) => !row.why);
    part("data-waits").dataset.state = waits.length ? "waiting" : "";
    if (trouble) say("warn", trouble);
    else if (waits.length) say("again", `${waits.length} mục chờ gửi`);
    else say("check", "Không có mục nào chờ gửi");
    list(part("data-refused"), rows.filter((row) => row.why).map((row) => row.why));
    part("data-take-guests").hidden = !rows.some((row) => row.elsewhere);
    for (const row of waits) if (row.delegate) mark(row.delegate, row.state, row.reason);
    count();
  }

  function mark(person, state, reason) {
    const line = root.querySelector(`[data-person="${person}"]`);
    if (!line) return;
    line.dataset.state = state;
    line.querySelectorAll("[data-mark]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.mark === state)));
    const why = line.querySelector("[data-reason]");
    why.hidden = state !== "excused";
    if (why.hidden) why.value = "";
    else if (reason !== undefined && document.activeElement !== why) why.value = reason;
  }

  function count() {
    const ticked = part("data-ticked");
    if (ticked) ticked.textContent = root.querySelectorAll('[data-person][data-state="present"]').length;
  }

  function news(now) {
    root.dataset.declared = now.declared ?? "";
    Object.entries(now.people).forEach(([person, state]) => mark(person, state, now.reasons[person]));
    list(part("data-conflicts"), now.conflicts);
    const numbers = now.numbers, other = numbers && numbers.crossed;
    part("data-crossed").hidden = !other;
    if (other) part("data-crossed-words").textContent = `máy kia ghi ${other.present} có mặt lúc ${other.made}`;
    if (!numbers) return;
    root.dataset.version = numbers.version;
    for (const name of ["present", "excused", "absent", "reason"]) if (!form.elements[name].value) form.elements[name].value = numbers[name];
    part("data-now").textContent = `Đang tính: ${numbers.present} có mặt, ${numbers.excused} vắng có phép, ${numbers.absent} vắng không phép${numbers.reason && ` (${numbers.reason})`}, ghi lúc ${numbers.made}`;
  }

  // ── Entering ────────────────────────────────────────────────────────────────────────────
  const base = () => Number(root.dataset.version) || 0;
  const form = part("data-numbers");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [present, excused, absent] = ["present", "excused", "absent"].map((name) => Number(form.elements[name].value) || 0);
    const declared = root.dataset.declared;
    const more = declared !== "" && present > Number(declared);
    if (more && !await sure(`Có mặt ${present}, đăng ký ${declared}: đúng chứ?`)) return;
    await keep({ present, excused, absent, reason: form.elements.reason.value, base: base(), sure: more });
  });

  function sure(words) {
    const dialog = part("data-ask");
    part("data-ask-words").textContent = words;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
  }

  root.addEventListener("change", async (event) => {
    if (!event.target.matches("[data-reason]")) return;
    const line = event.target.closest("[data-person]");
    await keep({ delegate: line.dataset.person, state: "excused", reason: event.target.value, visiting: Boolean(line.dataset.guest) });
  });

  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-mark]");
    if (button) {
      const line = button.closest("[data-person]");
      const state = line.dataset.state === button.dataset.mark ? "cleared" : button.dataset.mark;
      await keep({ delegate: line.dataset.person, state, visiting: Boolean(line.dataset.guest) });
    } else if (event.target.closest("[data-take-count]")) {
      await keep({ counted: true, base: base() });
    } else if (event.target.closest("[data-take-guests]")) {
      const guests = (await mine()).filter((row) => row.elsewhere);
      await store("readwrite", (rows) => { guests.forEach(({ why: _, elsewhere: __, ...row }) => rows.put({ ...row, visiting: true })); });
      sync();
    } else if (event.target.closest("[data-dismiss-refused]")) {
      const refused = (await mine()).filter((row) => row.why);
      await store("readwrite", (rows) => { refused.forEach((row) => rows.delete(row.key)); });
      await show();
    }
  });

  // ── Cards ───────────────────────────────────────────────────────────────────────────────
  // A card of this point is known here, also without a line; of any other the portal says whose it is.
  const plain = (code) => code.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  async function card(code, scanned) {
    const line = [...root.querySelectorAll("[data-code]")].find((one) => plain(one.dataset.code) === plain(code));
    const [who, words] = line
      ? [{ delegate: line.dataset.person, visiting: Boolean(line.dataset.guest) }, `${line.querySelector("b").textContent}: có mặt`]
      : [{ code: code.slice(0, 20) }, `Mã ${code} không có trong danh sách ở đây; cổng sẽ cho biết.`];
    const kept = await keep({ ...who, state: "present", scanned });
    part("data-scanned").textContent = kept ? words : "";
  }

  const typed = part("data-code-form");
  if (typed) typed.addEventListener("submit", async (event) => {
    event.preventDefault();
    const code = typed.elements.code.value.trim();
    if (!code) return;
    typed.reset();
    await card(code, false);
  });

  // Some telephones read codes themselves, also without a line; of the others the portal reads a picture.
  const detector = "BarcodeDetector" in window ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  const LOOK_EVERY = detector ? 250 : 600;

  async function seen(video) {
    if (!detector) return portalReads(video);
    const [one] = await detector.detect(video).catch(() => []);
    return one ? one.rawValue : "";
  }

  async function portalReads(video) {
    const side = Number(root.dataset.side), cut = Math.min(video.videoWidth, video.videoHeight);
    const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
    const drawn = canvas.getContext("2d", { willReadFrequently: true });
    drawn.drawImage(video, (video.videoWidth - cut) / 2, (video.videoHeight - cut) / 2, cut, cut, 0, 0, side, side);
    const { data } = drawn.getImageData(0, 0, side, side);
    const body = new Uint8Array(side * side);
    for (let at = 0; at < body.length; at++) body[at] = (77 * data[4 * at] + 150 * data[4 * at + 1] + 29 * data[4 * at + 2]) >> 8;
    try {
      const answer = await fetch(root.dataset.reads, { method: "POST", headers: headers("application/octet-stream"), body, signal: AbortSignal.timeout(5000) });
      const said = await answer.json();
      if (!answer.ok) part("data-scanned").textContent = said.why || "";
      return said.code || "";
    } catch {
      part("data-scanned").textContent = "Máy này cần có mạng để đọc mã. Gõ mã ghi dưới ô QR.";
      return "";
    }
  }

  async function scan(button) {
    const video = part("data-video");
    const stop = () => { video.srcObject.getTracks().forEach((one) => one.stop()); video.srcObject = null; video.hidden = true; button.textContent = "Quét QR"; };
    if (video.srcObject) { stop(); return; }
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch { part("data-scanned").textContent = "Không mở được máy ảnh. Gõ mã ghi dưới ô QR."; return; }
    video.hidden = false;
    button.textContent = "Dừng quét";
    await video.play();
    let last = "";
    while (video.srcObject) {
      const code = await seen(video);
      if (code && code !== last) { last = code; await card(code, true); }
      await new Promise((done) => setTimeout(done, LOOK_EVERY));
    }
  }
  const scanner = part("data-scan");
  if (scanner && navigator.mediaDevices) {
    scanner.hidden = false;
    scanner.addEventListener("click", () => scan(scanner));
  }

  // ── When to try again, and what to keep for a dead line ─────────────────────────────────
  addEventListener("online", sync);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) sync(); });
  setInterval(sync, EVERY);
  show().then(sync);

  async function stay() {
    if (!("serviceWorker" in navigator)) return;
    await navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope });
    const ready = await navigator.serviceWorker.ready;
    const own = new URL(root.dataset.scope, location.href).href;
    const made = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((one) => one.href || one.src);
    const styled = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => name.includes("/static/"));
    navigator.serviceWorker.addEventListener("message", (event) => { if (event.data.kept) root.dataset.kept = "1"; });
    ready.active.postMessage({ keep: [...new Set([own, ...made, ...styled])] });
  }
  stay().catch(() => {});   // an old browser works with a line
})();
