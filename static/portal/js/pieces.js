// pieces.js: a large file goes up piece by piece, from the moment it is chosen, while the form is filled in.
// A broken line loses one piece; the server says how much it has, and the file goes on from there, also
// after the browser was closed and the same file is chosen again. Without this script the form sends the file
// itself, up to the limit of a plain upload.
//
// In the markup: form[data-pieces=URL where an upload begins][data-piece=BYTES] with input[type=file], hidden
// arrived and sha256 · [data-pieces-progress] around a <progress>, [data-pieces-said] and [data-pieces-go].
(() => {
  "use strict";

  // ── SHA-256 (FIPS 180-4), fed piece by piece: the browser's own wants the whole file at once, and TLS ──
  const K = new Int32Array(64), FIRST = new Int32Array(8);
  for (let n = 2, found = 0; found < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (found < 8) FIRST[found] = (n ** 0.5 % 1) * 2 ** 32;
    K[found++] = (Math.cbrt(n) % 1) * 2 ** 32;
  }

  class Sha256 {
    constructor() {
      this.h = FIRST.slice();
      this.w = new Int32Array(64);
      this.rest = new Uint8Array(64);
      this.held = 0;
      this.length = 0;
    }

    update(bytes) {
      this.length += bytes.length;
      let at = 0;
      while (at < bytes.length) {
        if (!this.held && at + 64 <= bytes.length) { this.block(bytes, at); at += 64; continue; }
        const take = Math.min(64 - this.held, bytes.length - at);
        this.rest.set(bytes.subarray(at, at + take), this.held);
        this.held += take;
        at += take;
        if (this.held === 64) { this.block(this.rest, 0); this.held = 0; }
      }
    }

    block(bytes, at) {
      const w = this.w, h = this.h;
      for (let i = 0; i < 16; i++, at += 4) w[i] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
        const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1 | 0;
      }
      let a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
      for (let i = 0; i < 64; i++) {
        const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
        const t1 = k + s1 + (e & f ^ ~e & g) + K[i] + w[i] | 0;
        const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
        const t2 = s0 + (a & b ^ a & c ^ b & c) | 0;
        k = g; g = f; f = e; e = d + t1 | 0; d = c; c = b; b = a; a = t1 + t2 | 0;
      }
      h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += k;   // Int32Array wraps
    }

    hex() {
      const bits = this.length * 8;
      const end = new Uint8Array((this.held < 56 ? 64 : 128) - this.held);
      end[0] = 0x80;
      const view = new DataView(end.buffer);
      view.setUint32(end.length - 8, Math.floor(bits / 2 ** 32));
      view.setUint32(end.length - 4, bits >>> 0);
      this.update(end);
      return [...this.h].map((value) => (value >>> 0).toString(16).padStart(8, "0")).join("");
    }
  }

  // ── Sending ─────────────────────────────────────────────────────────────────────────────
  const MEGABYTE = 1024 * 1024;
  const WAITS = [1, 2, 5, 10, 20, 30];   // seconds after a broken line
  const wait = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });
  const size = (bytes) => (bytes / MEGABYTE).toLocaleString("vi", { maximumFractionDigits: 1 }) + " MB";
  const token = (form) => document.cookie.match(/(?:^|; )[^=;]*csrftoken=([^;]+)/)?.[1] || form.elements.csrfmiddlewaretoken.value;

  class Refused extends Error {}
  class SignedOut extends Error {}

  async function ask(form, url, fields) {
    const body = new FormData();
    Object.entries(fields).forEach(([name, value]) => body.append(name, value));
    // HX-Request: an expired session answers 401 in place of the sign-in page.
    const headers = { "X-CSRFToken": token(form), "HX-Request": "true" };
    const answer = await fetch(url, { method: "POST", body, headers, credentials: "same-origin" });
    if (answer.status === 401) throw new SignedOut();
    const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    if (answer.status === 422) throw new Refused(said.problem);
    if (answer.status === 403) throw new Refused("Đồng chí không có quyền tải tài liệu lên, hoặc trang đã cũ. Tải lại trang rồi thử lại.");
    if (answer.status === 404) return { gone: true };
    if (!answer.ok && answer.status !== 409) throw new Error(String(answer.status));
    return said;
  }

  document.querySelectorAll("form[data-pieces]").forEach((form) => {
    const input = form.querySelector("input[type=file]");
    const hint = form.querySelector("[data-pieces-hint]");
    const box = form.querySelector("[data-pieces-progress]");
    const bar = box.querySelector("progress");
    const said = box.querySelector("[data-pieces-said]");
    const go = box.querySelector("[data-pieces-go]");
    const piece = Number(form.dataset.piece);
    const drop = input.closest(".drop");
    let run = 0;            // which choice of a file is under way
    let sending = false;
    let submitting = null;  // the button that waits for the last piece

    function say(text, wrong = false) {
      said.textContent = text;
      drop.classList.toggle("is-wrong", wrong);
      drop.classList.toggle("is-large", wrong);
    }

    async function send(file, mine) {
      let there = await ask(form, form.dataset.pieces, { name: file.name, size: file.size });
      const digest = new Sha256();
      let at = 0;
      while (at < file.size && mine === run) {
        const body = file.slice(at, Math.min(at + piece, file.size));
        const bytes = new Uint8Array(await body.arrayBuffer());
        if (at + bytes.length > there.received) {          // what is there already is only counted
          const from = Math.max(there.received - at, 0);
          const answer = await ask(form, there.url, { offset: at + from, piece: body.slice(from) });
          if (answer.gone) throw new Refused("Tệp tải dở không còn trên máy chủ. Chọn lại tệp.");
          there = { ...there, received: answer.received };
          if (answer.received < at + bytes.length) throw new Error("out of step");
        }
        digest.update(bytes);
        at += bytes.length;
        bar.value = 100 * at / file.size;
        const doing = at < there.received ? "Đang đối chiếu phần đã tải của" : "Đang tải";
        say(`${doing} ${file.name}: ${size(at)} trên ${size(file.size)}.`);
      }
      return mine === run && { key: there.key, sha256: digest.hex() };
    }

    async function carry(file) {
      const mine = ++run;
      sending = true;
      box.hidden = false;
      go.hidden = true;
      form.elements.arrived.value = form.elements.sha256.value = "";
      for (let tries = 0; mine === run; tries++) {
        const before = bar.value;
        try {
          const done = await send(file, mine);
          if (done) arrived(file, done);
          return;
        } catch (problem) {
          if (mine !== run) return;
          if (problem instanceof Refused) return stop(problem.message);
          if (problem instanceof SignedOut) {
            document.getElementById("dlg-session")?.showModal();
            return stop("Phiên làm việc đã hết. Đăng nhập lại rồi bấm “Tải tiếp”; phần đã tải vẫn còn.", true);
          }
          if (problem instanceof DOMException && problem.name === "NotReadableError") {
            return stop("Tệp trên máy đã bị sửa hoặc chuyển đi. Chọn lại tệp.");
          }
          if (bar.value > before) tries = 0;
          const seconds = WAITS[Math.min(tries, WAITS.length - 1)];
          say(`Mạng đứt. Phần đã tải vẫn còn, tự tải tiếp sau ${seconds} giây.`, true);
          await wait(seconds);
        }
      }
    }

    function stop(text, again = false) {
      sending = false;
      submitting = null;
      go.hidden = !again;
      if (!again) input.value = "";
      say(text, true);
    }

    function arrived(file, done) {
      sending = false;
      form.elements.arrived.value = done.key;
      form.elements.sha256.value = done.sha256;
      input.value = "";                       // the form sends its fields, not the file again
      bar.value = 100;
      hint.hidden = true;
      say(`Đã tải xong ${file.name} (${size(file.size)}).`);
      if (submitting) form.requestSubmit(submitting);
    }

    let chosen = null;
    input.addEventListener("change", () => {
      [chosen] = input.files;
      run++;
      if (!chosen) return;
      bar.value = 0;
      if (chosen.size > Number(input.dataset.mostBytes)) {
        box.hidden = false;
        stop(`Tệp ${size(chosen.size)}, lớn hơn ${size(Number(input.dataset.mostBytes))}. Nén nhỏ lại hoặc chia thành nhiều tệp.`);
        return;
      }
      carry(chosen);
    });
    go.addEventListener("click", () => chosen && carry(chosen));

    // Before data-once: a form that waits for its file was not sent yet.
    document.addEventListener("submit", (event) => {
      if (event.target !== form || !sending) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      submitting = event.submitter || form.querySelector("[type=submit]");
      say(`${said.textContent} Tải xong, cổng công bố ngay.`);
    }, true);
  });
})();
