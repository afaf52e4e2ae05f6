// Tells the portal that somebody looks at the page: a preview in a chat program does not run this.
(() => {
  const tell = () => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", tell);
    fetch(location.pathname, { method: "POST", body: new URLSearchParams({ "da-mo": "1" }) }).catch(() => {});
  };
  document.addEventListener("visibilitychange", tell);
  tell();
})();
