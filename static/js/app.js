/* Small comforts; every page works without this file. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripts");

  /* Theme: the system's choice until somebody presses the button; the server reads the cookie, so nothing flashes. */
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

  /* Where there is room, contents that scroll are open in name too: what is closed counts as out of the keyboard's
     reach. Browsers that cannot show a closed <details> by style get every one opened. */
  const wide = window.matchMedia("(min-width: 64em)");
  const shown = CSS.supports("selector(::details-content)");
  const openFolds = () => {
    const folds = shown ? ".desk__contents > details" : ".navigation, .fold--wide-open";
    if (wide.matches) for (const fold of document.querySelectorAll(folds)) fold.open = true;
  };
  wide.addEventListener("change", openFolds);
  openFolds();

  /* A menu of the top bar closes when one goes on elsewhere, or by Escape. */
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

  /* On paper every fold is open; afterwards as it was. */
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll(".fold:not([open])")];
    for (const part of folded) part.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
  });

  /* After a refused form the reader starts at the summary of its errors. */
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  /* Filters act when a select changes; the button stays for everybody else. */
  document.addEventListener("change", (event) => {
    const form = event.target.closest(".filter-bar");
    if (form && event.target.matches("select") && event.isTrusted && form.dataset.auto !== undefined) form.requestSubmit();
  });

  /* A fragment that fails says so in the place where messages stand. */
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

  /* One click sends a form once; the server would know a second one too. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || "afterSaving" in form.dataset) return;
    if ("sent" in form.dataset) event.preventDefault();
    form.dataset.sent = "";
    setTimeout(() => delete form.dataset.sent, 5000);
  });

  /* htmx posts with the token that Django gave this page. */
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });
})();
