/* Small conveniences; every page works without this file. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripts");

  /* Theme: the system setting until someone presses the button; the server reads the cookie, so nothing flashes. */
  const systemDark = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);
  const switches = document.querySelectorAll("[data-theme-switch]");
  const nameSwitches = () => {
    for (const button of switches) button.textContent = isDark() ? button.dataset.light : button.dataset.dark;
  };
  for (const button of switches) {
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; SameSite=Lax${secure}`;
      nameSwitches();
    });
  }
  systemDark.addEventListener("change", nameSwitches);
  nameSwitches();

  /* On wide screens, also open scrolling contents in the DOM: the keyboard can't reach what is in a closed <details>.
     Browsers that can't show a closed <details> with CSS get all of them opened. */
  const wide = window.matchMedia("(min-width: 64em)");
  const shown = CSS.supports("selector(::details-content)");
  const openFolds = () => {
    const folds = shown ? ".desk__contents > details" : ".navigation, .fold--wide-open";
    if (wide.matches) for (const fold of document.querySelectorAll(folds)) fold.open = true;
  };
  wide.addEventListener("change", openFolds);
  openFolds();

  /* A top bar menu closes on an outside click and on Escape. */
  const menus = document.querySelectorAll(".menu");
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest(".menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.firstElementChild.focus();
  });

  /* Open every fold for printing, then restore it. */
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll(".fold:not([open])")];
    for (const part of folded) part.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
  });

  /* When a form has errors, focus the error summary. */
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  /* Filters apply when a select changes; the button remains for all other input. */
  document.addEventListener("change", (event) => {
    const form = event.target.closest(".filter-bar");
    if (form && event.target.matches("select") && event.isTrusted && form.dataset.auto !== undefined) form.requestSubmit();
  });

  /* Show a failed fragment request where messages appear. */
  const say = (text) => {
    const place = document.getElementById("messages");
    if (!place || !text) return;
    const line = document.createElement("p");
    line.className = "message message--bad";
    line.textContent = text;
    place.replaceChildren(line);
  };
  document.addEventListener("htmx:responseError", (event) => {
    say(event.detail.xhr.status === 401 ? document.body.dataset.signedOut : document.body.dataset.noAnswer);
  });
  document.addEventListener("htmx:sendError", () => say(document.body.dataset.noAnswer));

  /* Submit a form once per double click; the server also detects duplicates. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || "afterSaving" in form.dataset) return;
    if ("sent" in form.dataset) event.preventDefault();
    form.dataset.sent = "";
    setTimeout(() => delete form.dataset.sent, 5000);
  });

  /* htmx posts with this page's CSRF token. */
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });
})();
