/* Pasted content, which the server cleans before it is inserted. A paste that fails leaves the text as it was. */

function token(form) {
  const name = `${form.dataset.csrfCookie}=`;
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith(name));
  return cookie ? cookie.slice(name.length) : form.elements.csrfmiddlewaretoken.value;
}

export async function post(form, url, body) {
  const headers = { "X-Requested-With": "fetch", "X-CSRFToken": token(form) };
  const response = await fetch(url, { method: "POST", headers, body, redirect: "manual" });
  if (![201, 200, 422].includes(response.status)) throw new Error(`answer ${response.status}`);
  return response.json();
}

/* Returns a paste handler that reports whether it handled the event; `get` returns the editor once it exists, and
   `pictures` is the module for texts that can contain pictures. */
export function paste(form, get, pictures) {
  const said = form.querySelector("[data-pasted]");
  const say = (text) => {
    said.textContent = text;
    said.hidden = !text;
  };
  let inserting = false;
  /* False if the editor can't take the content, such as a table that it can't repair. */
  const insert = (html) => {
    const { view } = get();
    const before = view.state;
    inserting = true;
    try {
      view.pasteHTML(html);
      return true;
    } catch {
      view.updateState(before);
      say(form.dataset.pasteRefused);
      return false;
    } finally {
      inserting = false;
    }
  };
  const put = async (html) => {
    say(form.dataset.pasting);
    try {
      const sent = pictures && /src=["']?data:image/i.test(html) ? await pictures.uploadEmbedded(form, html) : html;
      if (sent.length > Number(form.dataset.longest)) return say(form.dataset.pasteTooLong);
      const answer = await post(form, form.dataset.clean, new URLSearchParams({ html: sent }));
      if (answer.problem || !answer.html || insert(answer.html)) say(answer.problem ?? answer.said);
    } catch {
      // Not as it came: the editor would turn deleted words into text again.
      say(html.length > Number(form.dataset.longest) ? form.dataset.pasteTooLong : form.dataset.pasteUnanswered);
    }
  };
  const putFiles = async (files) => {
    say(form.dataset.pasting);
    for (const file of files) {
      try {
        const answer = await pictures.upload(form, file);
        if (answer.problem) return say(answer.problem);
        if (!insert(`<figure><img src="media:${answer.number}" alt=""></figure>`)) return;
        say("");
      } catch {
        say(form.dataset.pasteFailed);
      }
    }
  };
  return (view, event) => {
    if (inserting || !view.editable) return false;
    const html = event.clipboardData?.getData("text/html") ?? "";
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const files = pictures ? [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/")) : [];
    const isOwn = !html || html.includes("data-pm-slice"); // from this editor, or plain text
    const isTooLong = !html && text.length > Number(form.dataset.longest);
    const isPicture = files.length && !text.trim();
    if (isOwn && !isTooLong && !isPicture) return say(""), false;
    event.preventDefault();
    if (isPicture) putFiles(files);
    else if (isTooLong) say(form.dataset.pasteTooLong);
    else put(html);
    return true;
  };
}
