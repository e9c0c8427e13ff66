/* Comments: drafts are sent to the server after a pause and stay in this browser until then; selected text becomes
   the quotation; mentions of the reader count as seen once they are on screen. */

import { announce, store } from "desk/store";

let selected = "";
const textRoot = () => document.getElementById("text-editor") ?? document.getElementById("text");

document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  if (selection.isCollapsed || !textRoot()?.contains(selection.anchorNode)) return;
  selected = selection.toString().replace(/\s+/g, " ").trim().slice(0, 500);
  for (const button of document.querySelectorAll("[data-action=quote]")) button.disabled = !selected;
});

const commentKey = ({ dataset }) => `comment:${dataset.person}:${dataset.section}:${dataset.keeps}`;
const commentFields = (form) => [...form.querySelectorAll("textarea")];

function restoreComments() {
  for (const form of document.querySelectorAll("form[data-keeps]")) {
    const kept = store.get(commentKey(form));
    if (!kept) continue;
    for (const field of commentFields(form)) field.value ||= kept[field.name] ?? "";
    const fold = form.closest("details");
    if (fold) fold.open = true;
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keeps]");
  if (!form) return;
  const values = Object.fromEntries(commentFields(form).map((field) => [field.name, field.value]));
  if (Object.values(values).some(Boolean)) store.set(commentKey(form), values);
  else store.remove(commentKey(form));
  soon(form);
});

/* Save the draft on the server, for other devices or a cleared browser: two seconds after the last keystroke. */
const PAUSE = 2000;
const waiting = new Map();

function soon(form) {
  clearTimeout(waiting.get(form)?.timer);
  waiting.set(form, { timer: setTimeout(() => keepDraft(form), PAUSE) });
}

async function keepDraft(form) {
  const body = new FormData(form);
  if (form.dataset.keeps !== "new") body.set("thread", form.dataset.keeps);
  const stop = new AbortController();
  waiting.set(form, { stop });
  const said = form.querySelector("[data-draft-said]");
  try {
    const options = { method: "POST", body, signal: stop.signal, headers: { "X-Requested-With": "fetch" } };
    const answer = await fetch(form.dataset.draft, options);
    said.textContent = answer.ok ? said.dataset.kept : said.dataset.failed;
  } catch {
    if (!stop.signal.aborted) said.textContent = said.dataset.failed;
  }
}

/* What is being posted is no longer a draft. */
function forgetDraft(form) {
  clearTimeout(waiting.get(form)?.timer);
  waiting.get(form)?.stop?.abort();
  waiting.delete(form);
}
document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-keeps]")) forgetDraft(event.target);
});

document.addEventListener("commented", (event) => {
  const form = event.target.closest("form[data-keeps]");
  if (form) store.remove(commentKey(form));
  announce("commented");
});
document.addEventListener("htmx:afterSwap", restoreComments);

/* Focus the comment that was just posted, or how its thread ended. */
document.addEventListener("thread-shown", ({ detail }) => {
  const thread = document.getElementById(`thread-${detail.value}`);
  const place = thread?.querySelector(".thread__outcome") ?? [...(thread?.querySelectorAll(".comment") ?? [])].at(-1);
  if (!place) return;
  place.tabIndex = -1;
  place.focus();
});

function seeMentions() {
  const form = document.querySelector("form[data-seen]");
  if (!form) return;
  const watch = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    watch.disconnect();
    fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } });
  });
  watch.observe(form);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (button?.dataset.action === "quote") {
    const form = button.closest("form");
    form.elements.quote.value = selected;
    form.elements.quote.dispatchEvent(new Event("input", { bubbles: true }));
    form.elements.body.focus();
  }
  if (button?.dataset.action === "show-quote") showQuote(quoteOf(button.closest(".thread")));
});

const quoteOf = (thread) => (thread.querySelector("[data-quoted]") ?? thread.querySelector("[data-quote]")).textContent;

/* Highlights the passage without changing the DOM, so the editor isn't affected. */
function showQuote(quote) {
  const range = findWords(textRoot(), quote.replace(/\s+/g, " ").trim());
  if (!range) return;
  if (CSS.highlights) CSS.highlights.set("quote", new Highlight(range));
  range.startContainer.parentElement.scrollIntoView({ block: "center" });
  return range;
}

/* The readiness check links to a passage (?find=) or a picture (?picture=): scroll to it and select it, so that typing
   starts there. The editor's own text exists only once the editor is ready. */
function showAskedFor() {
  const asked = new URLSearchParams(location.search);
  const range = asked.get("find") && showQuote(asked.get("find"));
  if (range) document.getSelection().setBaseAndExtent(...startOf(range), range.endContainer, range.endOffset);
  const picture = asked.get("picture");
  if (/^\d+$/.test(picture ?? "")) {
    textRoot().querySelector(`img[src*="/pictures/${picture}/"]`)?.scrollIntoView({ block: "center" });
  }
}
const startOf = (range) => [range.startContainer, range.startOffset];

function whenReady(act) {
  const form = document.getElementById("editor");
  if (!form || "ready" in form.dataset) return act();
  const watch = new MutationObserver(() => (watch.disconnect(), act()));
  watch.observe(form, { attributeFilter: ["data-ready"] });
}

function findWords(root, quote) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const places = [];
  let all = "";
  let block = null;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const own = node.parentElement.closest("p, h3, h4, li, td, th");
    let text = node.data;
    if (own !== block && all && !all.endsWith(" ")) (all += " "), places.push(null);
    block = own;
    for (let at = 0; at < text.length; at++) {
      const space = /\s/.test(text[at]);
      if (space && all.endsWith(" ")) continue;
      all += space ? " " : text[at];
      places.push([node, at]);
    }
  }
  const at = all.indexOf(quote);
  const [first, last] = [places[at], places[at + quote.length - 1]];
  if (at < 0 || !first || !last) return null;
  const range = document.createRange();
  range.setStart(...first);
  range.setEnd(last[0], last[1] + 1);
  return range;
}

restoreComments();
seeMentions();
whenReady(showAskedFor);
