// attending_forget.js: signing out leaves nothing of a point's list in the browser. What waits to be sent
// would be lost with it, so whoever has such entries is told first.
(() => {
  "use strict";
  if (!window.indexedDB || !indexedDB.databases) return;
  let agreed = false;

  async function waiting() {
    if (!(await indexedDB.databases()).some((one) => one.name === "diem-danh")) return 0;
    return new Promise((done) => {
      const asked = indexedDB.open("diem-danh");
      asked.onerror = () => done(0);
      asked.onsuccess = () => {
        const database = asked.result;
        if (!database.objectStoreNames.contains("cho-gui")) { database.close(); done(0); return; }
        const count = database.transaction("cho-gui").objectStore("cho-gui").count();
        count.onsuccess = () => { database.close(); done(count.result); };
      };
    });
  }

  async function forget() {
    if (window.caches) for (const name of await caches.keys()) if (name.startsWith("diem-danh")) await caches.delete(name);
    if (navigator.serviceWorker) for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
    await new Promise((done) => { const asked = indexedDB.deleteDatabase("diem-danh"); asked.onsuccess = asked.onerror = asked.onblocked = done; });
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-forgets]");
    if (!form || agreed) return;
    event.preventDefault();
    const left = await waiting().catch(() => 0);
    if (left && !form.querySelector("[role=alert]")) {
      const note = document.createElement("p");
      note.setAttribute("role", "alert");
      note.textContent = `Còn ${left} mục điểm danh chưa gửi. Có mạng thì mở lại trang điểm danh để gửi; bấm Đăng xuất lần nữa là bỏ các mục này.`;
      form.prepend(note);
      return;
    }
    await forget().catch(() => {});
    agreed = true;
    form.submit();
  });
})();
