/* The rich editor with its toolbar, or the text area it replaces. Both are a surface with get, set, lock, onChange,
   onBlur and focus; `mark` before sending and `takeIn` after the answer bring in what others saved. */

import { mark, mergeLines, takeIn } from "desk/incoming";
import { paste } from "desk/paste";

export function plainSurface(form) {
  const area = form.elements.html;
  return {
    get: () => area.value.trim(),
    set: (html) => {
      area.value = html;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    },
    lock: (locked) => (area.readOnly = locked),
    onChange: (heard) => area.addEventListener("input", heard),
    onBlur: (heard) => area.addEventListener("blur", heard),
    focus: () => area.focus(),
    mark: () => area.value,
    takeIn: async (sent, current) => {
      const merged = mergeLines(sent, area.value, current);
      if (merged === false) return null;
      const tail = area.value.length - area.selectionEnd;
      const isBefore = area.value.slice(0, area.selectionEnd) === merged.slice(0, area.selectionEnd);
      const caret = isBefore ? area.selectionEnd : merged.length - tail;
      area.value = merged;
      area.setSelectionRange(caret, caret);
      return current.trim();
    },
    root: area,
  };
}

export async function richSurface(form) {
  const tiptap = await import("django-prose-editor/editor");
  // Texts that can contain pictures say where to upload them.
  const pictures = form.dataset.pictures ? await import("desk/pictures") : null;
  const area = form.elements.html;
  const page = form.querySelector(".editor__page");
  const heard = { change: [], blur: [] };
  const toolbar = form.querySelector(".toolbar");
  // The caret stays clear of the bar, whose height depends on its warnings.
  const bar = form.querySelector(".editor__bar");
  const margin = { right: 0, bottom: 16, left: 0, get top() { return bar.offsetHeight + 8; } };
  let [openLink, openPicture] = [() => {}, () => {}];
  let isTakingIn = false;
  const editor = new tiptap.Editor({
    content: area.value,
    editable: false,
    injectCSS: false, // its rules are in editor.css
    extensions: extensions(tiptap, () => openLink(), pictures?.figure(tiptap, form)),
    editorProps: {
      scrollMargin: margin,
      scrollThreshold: margin,
      attributes: {
        id: "text-editor",
        class: "prose",
        role: "textbox",
        tabindex: "0",
        "aria-multiline": "true",
        "aria-labelledby": "text-label",
        lang: area.lang,
        spellcheck: "true",
      },
      handleDOMEvents: { paste: paste(form, () => editor, pictures) },
      handleKeyDown: (view, event) => {
        if (event.key !== "Escape") return false;
        view.dom.blur(); // then Tab goes to the next control, even from lists and tables
        return true;
      },
    },
    onUpdate: () => {
      area.value = read();
      if (isTakingIn) return; // nobody typed
      for (const tell of heard.change) tell();
    },
    onBlur: () => heard.blur.forEach((tell) => tell()),
  });
  const read = () => (editor.isEmpty ? "" : editor.getHTML());
  page.replaceChildren(editor.options.element);
  toolbar.setAttribute("aria-controls", editor.view.dom.id); // until now it pointed to the text area
  openLink = linkDialog(form, editor);
  if (pictures) openPicture = pictures.pictureDialog(form, editor);
  bindToolbar(toolbar, editor, { link: openLink, picture: openPicture });
  return {
    get: read,
    set: (html) => {
      editor.commands.setContent(html, { emitUpdate: true });
    },
    lock: (locked) => {
      editor.setEditable(!locked, false);
      toolbar.inert = locked;
    },
    onChange: (tell) => heard.change.push(tell),
    onBlur: (tell) => heard.blur.push(tell),
    focus: () => editor.commands.focus(),
    mark: () => mark(editor),
    /* The text as this editor writes it, once it is taken in; null if the writer changed the same words. */
    takeIn: async (since, current) => {
      // A letter that is being composed must not be interrupted.
      if (editor.view.composing) {
        await new Promise((done) => editor.view.dom.addEventListener("compositionend", () => setTimeout(done), { once: true }));
      }
      // With its blanks: one at the end of a paragraph is where somebody is typing.
      const doc = tiptap.createDocument(current, editor.schema, { preserveWhitespace: true });
      isTakingIn = true;
      try {
        if (!takeIn(editor, since, doc)) return null;
      } finally {
        isTakingIn = false;
      }
      return tiptap.isNodeEmpty(doc) ? "" : tiptap.getHTMLFromFragment(doc.content, editor.schema);
    },
    root: editor.view.dom,
  };
}

/* The closed set in accelerator/texts/richtext.py. */
function extensions(t, openLink, figure) {
  // Pictures go between paragraphs, never in a list or a table.
  const Document = figure ? t.Document.extend({ content: "(block | figure)+" }) : t.Document;
  const Link = t.Link.extend({ addKeyboardShortcuts: () => ({ "Mod-k": () => (openLink(), true) }) });
  const Table = t.Table.extend({
    addKeyboardShortcuts() {
      const keys = this.parent?.() ?? {};
      // Tab leaves the last cell instead of adding rows.
      return { ...keys, Tab: () => this.editor.commands.goToNextCell() };
    },
  });
  return [
    Document, ...(figure ? [figure] : []), t.Paragraph, t.Text, t.HardBreak, t.Bold, t.Italic, t.Superscript, t.Subscript, t.Blockquote, t.BulletList, t.ListItem,
    t.Heading.configure({ levels: [3, 4] }),
    t.OrderedList.configure({ enableListAttributes: false }),
    Link.configure({ openOnClick: false, enableTarget: false, autolink: true, defaultProtocol: "https", protocols: ["mailto", "tel"] }),
    Table, t.TableRow, t.TableHeader, t.TableCell,
    t.History, t.Gapcursor, t.Dropcursor,
  ];
}

const COMMANDS = {
  paragraph: [(c) => c.setParagraph(), (e) => e.isActive("paragraph") && !e.isActive("blockquote")],
  heading3: [(c) => c.toggleHeading({ level: 3 }), (e) => e.isActive("heading", { level: 3 })],
  heading4: [(c) => c.toggleHeading({ level: 4 }), (e) => e.isActive("heading", { level: 4 })],
  blockquote: [(c) => c.toggleBlockquote(), (e) => e.isActive("blockquote")],
  bulletList: [(c) => c.toggleBulletList(), (e) => e.isActive("bulletList")],
  orderedList: [(c) => c.toggleOrderedList(), (e) => e.isActive("orderedList")],
  bold: [(c) => c.toggleBold(), (e) => e.isActive("bold")],
  italic: [(c) => c.toggleItalic(), (e) => e.isActive("italic")],
  link: [null, (e) => e.isActive("link")],
  picture: [null, (e) => e.isActive("figure")],
  table: [(c) => c.insertTable({ rows: 3, cols: 3, withHeaderRow: true })],
  addRowAfter: [(c) => c.addRowAfter()],
  addColumnAfter: [(c) => c.addColumnAfter()],
  deleteRow: [(c) => c.deleteRow()],
  deleteColumn: [(c) => c.deleteColumn()],
  toggleHeaderRow: [(c) => c.toggleHeaderRow()],
  toggleHeaderColumn: [(c) => c.toggleHeaderColumn()],
  toggleHeaderCell: [(c) => c.toggleHeaderCell(), (e) => e.isActive("tableHeader")],
  deleteTable: [(c) => c.deleteTable()],
  undo: [(c) => c.undo()],
  redo: [(c) => c.redo()],
};

function bindToolbar(toolbar, editor, dialogs) {
  const buttons = [...toolbar.querySelectorAll("[data-command]")];
  const shown = () => buttons.filter((button) => !button.hidden);
  for (const button of buttons) button.tabIndex = -1;
  buttons[0].tabIndex = 0;
  const goTo = (button) => {
    for (const other of buttons) other.tabIndex = other === button ? 0 : -1;
    button.focus();
  };
  toolbar.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-command]")) event.preventDefault(); // keep the selection in the text
  });
  toolbar.addEventListener("click", (event) => {
    const name = event.target.closest("[data-command]")?.dataset.command;
    if (!name || !editor.isEditable) return;
    if (dialogs[name]) dialogs[name]();
    else COMMANDS[name][0](editor.chain().focus()).run();
  });
  toolbar.addEventListener("keydown", (event) => {
    const all = shown();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    goTo(all[(to + all.length) % all.length]);
  });
  const update = () => {
    const inTable = editor.isActive("table");
    for (const button of buttons) {
      const pressed = COMMANDS[button.dataset.command][1];
      if (pressed) button.setAttribute("aria-pressed", String(pressed(editor)));
      if ("inTable" in button.dataset) button.hidden = !inTable;
    }
    if (!shown().some((button) => button.tabIndex === 0)) buttons[0].tabIndex = 0;
  };
  editor.on("transaction", update);
  update();
}

function linkDialog(form, editor) {
  const dialog = document.getElementById("link-dialog");
  const address = dialog.querySelector("input");
  const act = (verb) => {
    const chain = editor.chain().focus().extendMarkRange("link");
    let href = address.value.trim();
    if (href && !/^(https?:|mailto:|tel:)/i.test(href)) href = (href.includes("@") ? "mailto:" : "https://") + href;
    dialog.close();
    if (verb === "remove" || (verb === "set" && !href)) chain.unsetLink().run();
    else if (verb !== "set") editor.commands.focus();
    else if (editor.state.selection.empty && !editor.isActive("link"))
      editor.chain().focus().insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }).run();
    else chain.setLink({ href }).run();
  };
  dialog.addEventListener("click", (event) => {
    const verb = event.target.closest("[data-link]")?.dataset.link;
    if (verb) act(verb);
  });
  address.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    act("set");
  });
  return () => {
    address.value = editor.getAttributes("link").href ?? "";
    dialog.querySelector("[data-link=remove]").hidden = !editor.isActive("link");
    dialog.showModal();
  };
}
