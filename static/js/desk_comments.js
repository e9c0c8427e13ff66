/* Comments: drafts stay in this browser, selected words become the quotation. */

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
});
document.addEventListener("commented", (event) => {
  const form = event.target.closest("form[data-keeps]");
  if (form) store.remove(commentKey(form));
  announce("commented");
});
document.addEventListener("htmx:afterSwap", restoreComments);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (button?.dataset.action === "quote") {
    const form = button.closest("form");
    form.elements.quote.value = selected;
    form.elements.quote.dispatchEvent(new Event("input", { bubbles: true }));
    form.elements.body.focus();
  }
  if (button?.dataset.action === "show-quote") showQuote(button.closest(".thread").querySelector("[data-quote]").textContent);
});

/* Marks the words in the text without touching it, so that the editor does not notice. */
function showQuote(quote) {
  const range = findWords(textRoot(), quote.replace(/\s+/g, " ").trim());
  if (!range) return;
  if (CSS.highlights) CSS.highlights.set("quote", new Highlight(range));
  range.startContainer.parentElement.scrollIntoView({ block: "center" });
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
