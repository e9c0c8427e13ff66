/* An unsent long form stays in this browser and is offered again after the session ends or the tab is closed. It is
   removed once a page says that the server has it (data-sent-form). */

import { store } from "desk/store";

const MONTH = 30 * 86400000;
const pairs = (form) => [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
const hasText = (kept) => kept.fields.some(([name, value]) => name !== "form_key" && value.length > 12);

function keepForm(mark) {
  const form = mark.closest("form");
  const prefix = `form:${mark.dataset.person}:${mark.dataset.keepForm}:`;
  const key = prefix + form.elements.form_key.value;
  let timer;
  const keep = () => store.set(key, { fields: pairs(form) });
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 300);
  };
  form.addEventListener("input", soon);
  form.addEventListener("submit", keep);
  if ("offer" in mark.dataset) offer(form, prefix, key);
}

function offer(form, prefix, own) {
  const kept = store
    .keys(prefix)
    .filter((key) => key !== own)
    .map((key) => ({ key, ...store.get(key) }))
    .filter((entry) => {
      if (entry.fields && hasText(entry) && Date.now() - entry.at < MONTH) return true;
      store.remove(entry.key);
      return false;
    })
    .sort((a, b) => b.at - a.at)[0];
  if (!kept) return;
  const banner = document.querySelector("[data-banner=kept-form]");
  const when = { dateStyle: "medium", timeStyle: "short" };
  banner.querySelector("[data-kept-time]").textContent = new Date(kept.at).toLocaleString(document.documentElement.lang, when);
  banner.hidden = false;
  banner.addEventListener("click", (event) => {
    const action = event.target.closest("[data-action]")?.dataset.action;
    if (action === "forget-form") store.remove(kept.key);
    if (action === "forget-form") banner.hidden = true;
    if (action === "use-form") again(form, kept.fields);
  });
}

/* The server renders the form with these values, without validating or storing them. */
function again(form, fields) {
  const sent = document.createElement("form");
  sent.method = "post";
  sent.hidden = true;
  const token = ["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value];
  for (const [name, value] of [token, ...fields, ["redraw", "1"]]) {
    const field = document.createElement("textarea");
    Object.assign(field, { name, value });
    sent.append(field);
  }
  document.body.append(sent);
  sent.submit();
}

const mark = document.querySelector("[data-keep-form]");
if (mark) keepForm(mark);
for (const { dataset } of document.querySelectorAll("[data-sent-form]")) {
  for (const key of store.keys(`form:${dataset.person}:`)) if (key.endsWith(`:${dataset.sentForm}`)) store.remove(key);
}
