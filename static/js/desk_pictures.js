/* Pictures at the desk: a figure by number, and the dialog that uploads one and asks for a description. */

import { post } from "desk/paste";

const NUMBER = /(?:^media:|\/pictures\/)(\d+)(?:\/|$)/;
const numberOf = (element) => NUMBER.exec(element?.getAttribute("src") ?? "")?.[1] ?? null;

/* ---- The figure: a picture by number, with an editable caption ---- */

export function figure(t, form) {
  const address = (number) => form.dataset.picture.replace("/0/", `/${number}/`);
  const read = (image) => numberOf(image) && { number: numberOf(image), alt: image.getAttribute("alt") ?? "" };
  return t.Node.create({
    name: "figure",
    content: "inline*",
    isolating: true,
    draggable: true,
    addAttributes: () => ({ number: { default: null, rendered: false }, alt: { default: "", rendered: false } }),
    parseHTML: () => [
      {
        tag: "figure",
        getAttrs: (element) => read(element.querySelector("img")) || false,
        contentElement: (element) => element.querySelector("figcaption") ?? document.createElement("p"),
      },
      { tag: "img", getAttrs: (image) => read(image) || false, contentElement: () => document.createElement("p") },
    ],
    renderHTML: ({ node }) => [
      "figure",
      ["img", { src: `media:${node.attrs.number}`, alt: node.attrs.alt }],
      ["figcaption", 0],
    ],
    addNodeView: () => ({ node }) => {
      const dom = document.createElement("figure");
      const image = dom.appendChild(document.createElement("img"));
      const note = dom.appendChild(document.createElement("p"));
      const contentDOM = dom.appendChild(document.createElement("figcaption"));
      contentDOM.dataset.hint = form.dataset.captionHint;
      note.className = "meta";
      note.contentEditable = "false";
      const show = ({ attrs, content }) => {
        if (image.getAttribute("src") !== address(attrs.number)) image.src = address(attrs.number);
        image.alt = attrs.alt;
        note.textContent = attrs.alt ? "" : form.dataset.altMissing;
        note.hidden = Boolean(attrs.alt);
        contentDOM.classList.toggle("is-empty", !content.size);
      };
      show(node);
      return {
        dom,
        contentDOM,
        update: (next) => next.type.name === "figure" && (show(next), true),
        ignoreMutation: (change) => !contentDOM.contains(change.target) || change.type === "attributes",
      };
    },
    addKeyboardShortcuts() {
      const inside = () => this.editor.isActive("figure");
      return {
        Enter: () => {
          if (!inside()) return false;
          const after = this.editor.state.selection.$to.after(1);
          return this.editor.chain().insertContentAt(after, { type: "paragraph" }).focus(after + 1).run();
        },
        Backspace: () => {
          const { $from, empty } = this.editor.state.selection;
          if (!inside() || !empty || $from.parentOffset > 0) return false;
          return $from.parent.content.size ? true : this.editor.commands.deleteNode("figure");
        },
      };
    },
  });
}

/* ---- Sending ---- */

export async function upload(form, file, alt = "") {
  const body = new FormData();
  body.append("picture", file, file.name || "pasted.png");
  body.append("alt", alt);
  return post(form, form.dataset.pictures, body);
}

/* ---- The dialog ---- */

export function pictureDialog(form, editor) {
  const dialog = document.getElementById("picture-dialog");
  const [file, alt] = [dialog.querySelector("input[type=file]"), dialog.querySelector("textarea")];
  const said = dialog.querySelector("[data-said]");
  const [choose, ready] = [dialog.querySelector("[data-choose]"), dialog.querySelector("[data-picture=set]")];
  let changing = false;

  const say = (text) => {
    said.textContent = text;
    said.hidden = !text;
  };
  const put = (attrs) => {
    const at = editor.state.selection.$to;
    const after = at.depth ? at.after(1) : editor.state.selection.to;
    editor.chain().insertContentAt(after, { type: "figure", attrs }).focus(after + 1).run();
  };
  const set = async () => {
    const description = alt.value.trim().replace(/\s+/g, " ");
    if (changing) {
      editor.chain().updateAttributes("figure", { alt: description }).focus().run();
      return dialog.close();
    }
    if (!file.files.length) return say(dialog.dataset.chooseFirst), file.focus();
    if (file.files[0].size > Number(dialog.dataset.most)) return say(dialog.dataset.tooLarge), file.focus();
    ready.disabled = true;
    say(dialog.dataset.uploading);
    try {
      const answer = await upload(form, file.files[0], description);
      if (answer.problem) return say(answer.problem), file.focus();
      dialog.close();
      put({ number: String(answer.number), alt: description || answer.alt });
    } catch {
      say(dialog.dataset.failed);
    } finally {
      ready.disabled = false;
    }
  };
  dialog.addEventListener("click", (event) => {
    const verb = event.target.closest("[data-picture]")?.dataset.picture;
    if (verb === "set") set();
    if (verb === "cancel") dialog.close();
  });
  dialog.addEventListener("close", () => editor.commands.focus());
  return () => {
    changing = editor.isActive("figure");
    choose.hidden = changing;
    file.value = "";
    alt.value = changing ? editor.getAttributes("figure").alt : "";
    ready.textContent = changing ? dialog.dataset.change : dialog.dataset.insert;
    say("");
    dialog.showModal();
    (changing ? alt : file).focus();
  };
}

/* ---- The clipboard: its pictures (desk_paste.js has the rest) ---- */

/* The pictures that Google Docs draws for a checklist aren't the writer's. */
const CHECKBOX = /\saria-roledescription=["']?checkbox/i;
const EMBEDDED = /<img\b[^>]*?\ssrc=(["'])data:(image\/[a-z+]+);base64,([^"']+)\1[^>]*>/gi;

/* Works on the HTML as a string: parsing it into a document would apply the styles it contains. */
export async function uploadEmbedded(form, html) {
  const numbers = new Map();
  for (const [whole, , kind, data] of html.matchAll(EMBEDDED)) {
    if (CHECKBOX.test(whole)) continue;
    try {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const alt = /\salt=(?:"([^"]*)"|'([^']*)')/i.exec(whole);
      const answer = await upload(form, new File([bytes], "pasted", { type: kind }), alt?.[1] ?? alt?.[2] ?? "");
      if (answer.number) numbers.set(data, answer.number);
    } catch {
      /* Dropped, and counted by the server. */
    }
  }
  return html.replace(EMBEDDED, (whole, quote, kind, data) =>
    whole.replace(`data:${kind};base64,${data}`, numbers.has(data) ? `media:${numbers.get(data)}` : ""),
  );
}
