// Enhances the plan's table: keyboard navigation between cells, and rows saved on leaving them. Without this file, the
// same form is saved as a whole.
const grid = document.getElementById("plan-grid");
if (grid) {
  const said = grid.querySelector("[data-said]");
  const token = grid.elements.csrfmiddlewaretoken.value;
  // Rows with changes to send, and refused rows, which are sent again only after another change: leaving a row twice
  // must not overwrite what someone else wrote.
  const dirty = new Set();
  const refused = new Set();

  const fields = (row) => [...row.querySelectorAll("input, select, textarea")];
  const notes = (row) => row.querySelector('[data-notes="saved"]');
  const rows = () => [...grid.querySelectorAll("[data-row]")];

  function say(row, text, aloud = false) {
    notes(row).textContent = text;
    if (aloud) said.textContent = text;
  }

  function put(row, html, sent) {
    const table = document.createElement("table");
    table.innerHTML = `<tbody>${html}</tbody>`;
    const fresh = table.querySelector("tr");
    if (!fresh) return false;
    for (const field of fields(fresh)) {
      const here = row.querySelector(`[name="${field.name}"]`);
      // Keep what was typed after the row was sent.
      if (here && here.value === sent.get(field.name)) here.value = field.value;
      if (here) for (const name of ["aria-invalid", "aria-describedby"]) {
        if (field.hasAttribute(name)) here.setAttribute(name, field.getAttribute(name));
        else here.removeAttribute(name);
      }
    }
    for (const place of fresh.querySelectorAll("[data-notes]:not(th)")) {
      row.querySelector(`[data-notes="${place.dataset.notes}"]`).innerHTML = place.innerHTML;
    }
    return true;
  }

  async function save(row) {
    if (!dirty.has(row) || row.dataset.busy) return;
    const sent = new Map(fields(row).map((field) => [field.name, field.value]));
    const body = new URLSearchParams([["csrfmiddlewaretoken", token], ...sent]);
    dirty.delete(row);
    row.dataset.busy = "yes";
    const slow = setTimeout(() => say(row, grid.dataset.saving), 300);
    try {
      const answer = await fetch(row.dataset.row, { method: "POST", body, redirect: "manual", headers: { "X-Requested-With": "fetch", "HX-Request": "true" } });
      clearTimeout(slow);
      if ([200, 409, 422].includes(answer.status) && put(row, await answer.text(), sent)) {
        if (answer.status === 200) refused.delete(row);
        else refused.add(row);
        said.textContent = notes(row).textContent.trim();
      } else {
        dirty.add(row);
        const signedOut = answer.status === 401 || answer.type === "opaqueredirect";
        say(row, signedOut ? document.body.dataset.signedOut : document.body.dataset.noAnswer, true);
      }
    } catch {
      clearTimeout(slow);
      dirty.add(row);
      say(row, document.body.dataset.noAnswer, true);
    } finally {
      delete row.dataset.busy;
    }
  }

  function go(cell, down, across) {
    const row = cell.closest("[data-row]");
    const cells = [...row.querySelectorAll("[data-cell]")];
    const list = rows();
    let there = null;
    if (down) {
      const next = list[list.indexOf(row) + down];
      there = next && next.querySelector(`[data-cell="${cell.dataset.cell}"]`);
    } else {
      there = cells[cells.indexOf(cell) + across];
    }
    if (there) {
      there.focus();
      if (there.select) there.select();
    }
    return Boolean(there);
  }

  grid.addEventListener("input", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    dirty.add(row);
    say(row, grid.dataset.unsaved);
  });

  grid.addEventListener("focusout", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && !row.contains(event.relatedTarget)) save(row);
  });

  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const isText = cell.tagName !== "SELECT";
    const whole = isText && cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const atStart = !isText || whole || (cell.selectionStart === 0 && cell.selectionEnd === 0);
    const atEnd = !isText || whole || cell.selectionStart === cell.value.length;
    if (event.key === "Enter") {
      event.preventDefault();
      if (!go(cell, event.shiftKey ? -1 : 1, 0)) save(cell.closest("[data-row]"));
    } else if (isText && event.key === "ArrowDown") {
      if (go(cell, 1, 0)) event.preventDefault();
    } else if (isText && event.key === "ArrowUp") {
      if (go(cell, -1, 0)) event.preventDefault();
    } else if (event.key === "ArrowRight" && !event.shiftKey && atEnd) {
      if (go(cell, 0, 1) || !isText) event.preventDefault();
    } else if (event.key === "ArrowLeft" && !event.shiftKey && atStart) {
      if (go(cell, 0, -1) || !isText) event.preventDefault();
    }
  });

  let leaving = false;
  grid.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && (dirty.size || refused.size || grid.querySelector("[data-busy]"))) event.preventDefault();
  });
}
