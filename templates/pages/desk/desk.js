// The desk works without this file. With it: no second click on a button, and progress that renews itself.
"use strict";
(() => {
  // A form that is on its way is not sent twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button) button.setAttribute("aria-disabled", "true");
  });
  // The back button brings a page with its forms as they were: they may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });
  for (const first of document.querySelectorAll("[autofocus]")) { first.focus(); break; }

  // <div data-renew="URL">: asked every 2 seconds or four times as long as the answer took, up to 30 seconds after an
  // error; asleep in a hidden tab; ended by an answer that says data-done.
  const live = document.querySelector("[data-renew]");
  if (!live) return;
  const refresh = document.querySelector("meta[http-equiv=refresh]");
  if (refresh) refresh.remove();
  const said = document.querySelector("[data-say]");
  let wait = 2000, told = -1, timer;
  const again = () => { clearTimeout(timer); timer = setTimeout(ask, wait); };
  const ask = async () => {
    if (document.hidden) return;
    const began = performance.now();
    try {
      const answer = await fetch(live.dataset.renew, { headers: { accept: "text/html" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      live.innerHTML = await answer.text();
      const state = live.firstElementChild;
      if (state?.dataset.title) document.title = state.dataset.title;
      const tenth = Math.floor(Number(state?.dataset.percent ?? 0) / 10);
      if (said && tenth > told) { told = tenth; said.textContent = state?.dataset.sentence ?? ""; }
      if (state && "done" in state.dataset) { location.reload(); return; }
      wait = Math.max(2000, 4 * (performance.now() - began));
    } catch {
      wait = Math.min(30000, wait * 2);
    }
    again();
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  again();
})();
