// Keys for the pages, which work without them. A key goes to the element that names it in data-key: a link is followed,
// a field or a button is gone to, and Enter then presses it. So no decision falls by one slip of a finger.
"use strict";
(() => {
  const typing = (element) => element.matches("input:not([type=radio]), textarea, select");
  const pressed = (event) => {
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (digit) return (event.shiftKey ? "Shift+" : "") + digit[1];
    return event.key;
  };
  const isOff = () => localStorage.getItem("keys") === "off";
  const off = document.getElementById("keys-off");
  if (off) {
    off.checked = isOff();
    off.addEventListener("change", () => localStorage.setItem("keys", off.checked ? "off" : "on"));
  }
  const lines = () => [...document.querySelectorAll("[data-line] a")];
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const at = document.activeElement;
    if (typing(at)) {
      if (event.key === "Escape") at.blur();
      return;
    }
    const key = pressed(event);
    if (key === "Enter" && at.matches("[name=ground]")) {
      // what a decision rests on is chosen, not a decision
      event.preventDefault();
      return;
    }
    if (key === "Enter" && at.matches("a, button, summary, input")) return;
    const keys = document.getElementById("keys");
    if (key === "?" && keys && !keys.open) {
      keys.showModal();
      keys.querySelector("button").focus();
      return;
    }
    if ((keys && keys.open) || isOff()) return;
    const listed = lines();
    if (listed.length && (key === "j" || key === "k")) {
      const place = listed.indexOf(at) + (key === "j" ? 1 : -1);
      listed[Math.max(0, Math.min(place, listed.length - 1))].focus();
      event.preventDefault();
      return;
    }
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("a")) target.click();
    else if (target.matches("summary")) {
      target.parentElement.open = true;
      target.parentElement.querySelector("input").focus();
    }
    else {
      target.focus();
      // the first of several reasons is chosen by its key, arrows choose another
      const isChosen = target.matches("[type=radio]") && document.querySelector(`[name="${target.name}"]:checked`);
      if (target.matches("[type=radio]") && !isChosen) target.checked = true;
    }
  });
  // a session that is not used ends; two minutes before, it says so and can be put off
  const ending = document.getElementById("ending");
  if (ending) {
    const [soon, over] = ending.querySelectorAll("span");
    let timer;
    // in all windows of a browser it ends at once, and what is done in one of them puts it off for all
    const look = () => {
      const left = (Number(localStorage.getItem("ends")) - Date.now()) / 1000;
      const line = left > 120 ? null : left > 0 ? soon : over;
      soon.hidden = line !== soon;
      over.hidden = line !== over;
      ending.hidden = !line;
      clearTimeout(timer);
      if (left > 0) timer = setTimeout(look, 1000 * (left > 120 ? left - 120 : left));
    };
    const wait = (seconds) => {
      localStorage.setItem("ends", Date.now() + 1000 * seconds);
      look();
    };
    window.addEventListener("storage", look);
    soon.querySelector("button").addEventListener("click", async () => {
      const answer = await fetch("/stay", { method: "POST", redirect: "manual" }).catch(() => null);
      if (answer) wait(answer.ok ? Number(await answer.text()) : 0);
    });
    wait(Number(ending.dataset.endsIn));
  }
  // a form is sent once, however often it is pressed
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  });
})();
