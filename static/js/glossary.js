/* The glossary while its reader types: only what matches is shown. Without scripts the form does the same. */

const form = document.querySelector("[data-glossary]");
const rows = [...document.querySelectorAll(".glossary__term")];
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/’/g, "'").toLowerCase();

function show() {
  const words = plain(form.elements.q.value).trim();
  for (const row of rows) row.hidden = !plain(row.textContent).includes(words);
  const shown = rows.filter((row) => !row.hidden).length;
  document.querySelector("[data-shown]").textContent = shown;
  document.querySelector("[data-none]").hidden = shown > 0;
}

form.addEventListener("input", show);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
