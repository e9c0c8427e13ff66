/* The desk: the editor, autosave, and lost connections, ended sessions and conflicting saves. The rule: text that the
   server hasn't acknowledged stays in this browser, and the page never navigates away by itself. Without this file,
   the same form works as a plain text area. */

import { plainSurface, richSurface } from "desk/editor";
import { announce, store } from "desk/store";

const PAUSE = 1500; // after the last keystroke
const LONGEST_WAIT = 10000; // while someone types without a pause
const STALE = 10; // factor: text that can't replace a newer version is sent less often
const PATIENCE = 8000; // show a banner when unacknowledged for this long
const HEARTBEAT = 30000;
const TIMEOUT = 20000;
const RETRY = [2000, 4000, 8000, 15000, 30000];
const SAY_AGAIN = 60000; // announce autosaves to screen readers at most this often

const part = (root, name) => root.querySelector(`[data-part="${name}"]`);
/* Texts that differ only in empty lines are the same: the server doesn't keep those. */
const same = (one, other) => one.replace(/<p>(<br[^>]*>)?<\/p>/g, "") === other.replace(/<p>(<br[^>]*>)?<\/p>/g, "");
const plainText = (html) => {
  const spaced = html.replace(/<(br|\/(p|h3|h4|li|td|th))\b/g, " $&");
  return new DOMParser().parseFromString(spaced, "text/html").body.textContent.replace(/\s+/g, " ").trim();
};
/* A name for this tab, so that one person's two tabs keep two texts. */
const tabName = (fresh = false) => {
  const name = Math.random().toString(36).slice(2, 10);
  try {
    if (fresh || !sessionStorage.desk) sessionStorage.desk = name;
    return sessionStorage.desk;
  } catch {
    return name;
  }
};

/* ---- The desk itself ---- */

class Desk {
  constructor(form, surface) {
    Object.assign(this, { form, surface });
    this.person = form.elements.person.value;
    this.base = /^\d+$/.test(form.elements.base?.value ?? "") ? Number(form.elements.base.value) : null;
    this.prefix = `desk:${this.person}:${form.dataset.text}:`;
    this.tab = tabName();
    this.acked = surface.get(); // what the server is known to have
    this.forced = "unsaved" in form.dataset; // started from a draft: stored, but not the current text
    this.unackedSince = 0;
    this.typedAt = 0;
    this.saidAt = 0;
    this.tries = 0;
    this.stale = this.signedOut = this.blocked = false;
    this.sending = null;
    this.held = ""; // "1" while the server says that this person holds the claim
  }

  get html() {
    return this.surface.get();
  }
  get dirty() {
    return this.acked !== this.html;
  }
  key(base = this.base) {
    return `${this.prefix}${base}:${this.tab}`;
  }

  start() {
    if (this.base === null) return this.show("broken"); // the page was cut off: stay read-only
    this.surface.onChange(() => this.changed());
    this.surface.onBlur(() => this.send());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send({ asked: true });
    });
    document.addEventListener("click", (event) => this.act(event.target.closest("[data-action]")?.dataset.action));
    document.addEventListener("click", (event) => this.saveBefore(event));
    document.addEventListener("submit", (event) => this.saveFirst(event));
    window.addEventListener("beforeunload", (event) => {
      if (this.dirty) event.preventDefault();
    });
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("offline", () => this.show("offline"));
    window.addEventListener("online", () => (this.hide("offline"), this.again()));
    window.addEventListener("focus", () => this.signedOut && this.again());
    window.addEventListener("pageshow", (event) => event.persisted && this.beat());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.leave() : this.again()));
    const bar = this.form.querySelector(".editor__bar");
    // What gets the focus isn't to be below the bar.
    new ResizeObserver(() => {
      document.documentElement.style.scrollPaddingTop = `${bar.offsetHeight + 8}px`;
    }).observe(bar);
    setInterval(() => this.watch(), 1000);
    setInterval(() => document.hidden || this.beat(), HEARTBEAT);
    if (!navigator.onLine) this.show("offline");
    this.findTabs().then(() => this.offerKept());
    if (!("closed" in this.form.dataset)) this.surface.lock(false);
    this.form.dataset.ready = "";
    this.beat();
  }

  changed() {
    this.typedAt = Date.now();
    this.blocked = false;
    clearTimeout(this.keeping);
    clearTimeout(this.timer);
    this.form.toggleAttribute("data-waits", this.dirty);
    if (!this.dirty) {
      this.unackedSince = 0;
      return store.remove(this.key());
    }
    this.unackedSince ||= Date.now();
    this.keeping = setTimeout(() => this.keep(), 200);
    // After a pause, or after typing without one for too long.
    const waited = Date.now() - this.unackedSince;
    const wait = (this.stale ? STALE : 1) * Math.min(PAUSE, LONGEST_WAIT - waited);
    this.timer = setTimeout(() => this.send(), Math.max(0, wait));
  }

  keep() {
    clearTimeout(this.keeping);
    if (this.dirty) store.set(this.key(), { html: this.html, base: this.base });
  }

  leave() {
    if (!this.dirty) return;
    this.keep();
    if (this.html.length < 50000) this.send({ keepalive: true });
  }

  /* ---- Sending: one at a time; true when the server has what the editor shows ---- */

  async send({ asked = false, clear = false, keepalive = false } = {}) {
    if (this.sending) {
      await this.sending;
      if (!asked && !clear) return !this.dirty;
    }
    clearTimeout(this.timer);
    if (!this.dirty && !clear && !(asked && this.forced)) {
      if (asked) this.say("saved", true);
      return true;
    }
    if (this.html.length > Number(this.form.dataset.longest)) return this.show("too-long"), false;
    if (this.blocked && !asked && !clear) return false;
    this.keep();
    this.sending = this.post({ asked, clear, keepalive });
    try {
      return await this.sending;
    } finally {
      this.sending = null;
    }
  }

  async post({ asked, clear, keepalive }) {
    const [html, mark] = [this.html, this.surface.mark()];
    const fields = { html, base: this.base, person: this.person };
    if (this.form.elements.draft) fields.draft = this.form.elements.draft.value;
    if (clear) fields.clear = "1";
    const answer = await this.ask(this.form.action, fields, { keepalive });
    if (answer.failed) return this.failed();
    this.tries = 0;
    if (answer.outcome === "saved" || answer.outcome === "same") this.saved(html, answer, asked);
    else if (answer.outcome === "merged") await this.merged(html, mark, answer, asked);
    else if (answer.outcome === "stale") this.wasStale(html, answer);
    else this.wasRefused(answer);
    return !this.dirty;
  }

  saved(html, answer, asked) {
    store.remove(this.key());
    this.base = answer.revision;
    this.form.elements.base.value = this.base;
    this.form.elements.draft?.remove();
    this.stale = this.forced = false;
    this.acknowledge(html);
    this.put(answer, ["state", "saved", "who", "words", "banner"]);
    document.querySelector("[data-reopens]")?.remove();
    this.say("saved", asked);
  }

  /* A colleague saved first, elsewhere in the text: the server has both. */
  async merged(html, mark, answer, asked) {
    const taken = await this.takeIn(mark, answer);
    if (taken !== null) return this.saved(taken, answer, asked);
    // The writer went on where the colleague wrote: the next save is over the same base again, and asks.
    store.remove(this.key());
    this.acknowledge(html);
    this.put(answer, ["saved", "who"]);
  }

  takeIn(mark, answer) {
    return this.surface.takeIn(mark, answer.root.querySelector("[data-current]").value);
  }

  /* A colleague saved, and this writer has nothing unsaved. */
  async newer(answer) {
    if (this.dirty || this.stale || this.sending) return;
    const closed = "closed" in this.form.dataset || this.forced;
    const taken = closed ? null : await this.takeIn(this.surface.mark(), answer);
    if (taken === null) return this.put(answer, ["who", "banner"]);
    this.base = answer.revision;
    this.form.elements.base.value = this.base;
    this.acknowledge(taken);
    this.put(answer, ["state", "saved", "who", "words"]);
  }

  /* A colleague saved first, the same words. The server stored the text as the writer's own draft; nothing here changes. */
  wasStale(html, answer) {
    this.stale = true;
    store.remove(this.key());
    this.acknowledge(html);
    this.put(answer, ["saved", "who", "banner"]);
  }

  wasRefused(answer) {
    this.blocked = true;
    this.put(answer, ["banner"]);
  }

  acknowledge(html) {
    this.acked = html;
    this.unackedSince = this.dirty ? Date.now() : 0;
    this.form.toggleAttribute("data-waits", this.dirty);
    for (const name of ["unsaved", "too-long", "refused"]) this.hide(name);
    if (this.dirty) this.changed();
  }

  failed() {
    if (!this.signedOut && !this.blocked) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), RETRY[Math.min(this.tries++, RETRY.length - 1)]);
    }
    return false;
  }

  /* One request. A 403 may mean an old token, so retry once with the fresh one that `here` sets. */
  async ask(url, fields, { method = "POST", keepalive = false, second = false } = {}) {
    const options = { method, keepalive, headers: { "X-Requested-With": "fetch" }, redirect: "manual" };
    if (method === "POST") {
      options.headers["X-CSRFToken"] = this.token();
      options.body = new URLSearchParams(fields);
    }
    let response;
    try {
      if (!keepalive) options.signal = AbortSignal.timeout(TIMEOUT);
      response = await fetch(url, options);
    } catch {
      if (!navigator.onLine) this.show("offline");
      return { failed: true };
    }
    if (response.status === 401 || response.type === "opaqueredirect") return this.setSignedOut(true), { failed: true };
    if (response.status === 403 && method === "POST" && !second) {
      const fresh = await this.ask(this.form.dataset.here, {}, { method: "GET" });
      return fresh.failed ? fresh : this.ask(url, fields, { second: true });
    }
    return this.read(response);
  }

  async read(response) {
    if (response.status === 400 || response.status === 413) return this.stop("too-long");
    if (response.status === 403 || response.status === 404) return this.stop("refused");
    if (response.status >= 500) return { failed: true };
    const holder = document.createElement("template");
    try {
      holder.innerHTML = await response.text();
    } catch {
      return { failed: true };
    }
    const root = holder.content.firstElementChild;
    if (!root?.dataset.outcome) return { failed: true };
    this.hide("offline");
    this.setSignedOut(false);
    return { root, outcome: root.dataset.outcome, revision: Number(root.dataset.revision) };
  }

  stop(banner) {
    this.blocked = true;
    this.show(banner);
    return { failed: true };
  }

  /* Django's cookie, not the page's token: signing in again in another tab changes it. */
  token() {
    const name = `${this.form.dataset.csrfCookie}=`;
    const cookie = document.cookie.split("; ").find((pair) => pair.startsWith(name));
    return cookie ? cookie.slice(name.length) : this.form.elements.csrfmiddlewaretoken.value;
  }

  setSignedOut(now) {
    if (this.signedOut === now) return;
    this.signedOut = now;
    if (now) return this.show("signed-out");
    this.hide("signed-out");
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = this.token();
  }

  /* The connection or session may be back: check, and send what is pending. */
  async again() {
    if (this.signedOut) {
      const answer = await this.ask(this.form.dataset.here, {}, { method: "GET" });
      if (answer.failed) return;
    }
    this.tries = 0;
    if (this.dirty) this.send();
    else this.beat();
  }

  /* Who is here, and whether there is a newer text. Reports this person as writing only after recent typing. */
  async beat() {
    const writing = Date.now() - this.typedAt < 2 * HEARTBEAT ? "1" : "";
    const before = this.base;
    const answer = await this.ask(this.form.dataset.here, { base: this.base, writing, held: this.held });
    if (answer.failed || before !== this.base) return;
    this.held = "held" in answer.root.dataset ? "1" : "";
    if ("takenOver" in answer.root.dataset && !this.stale) this.put(answer, ["banner"]);
    if (answer.outcome !== "newer") this.put(answer, ["who", "state"]);
    else await this.newer(answer);
  }

  watch() {
    if (!this.dirty || !this.unackedSince || this.signedOut || this.blocked || !navigator.onLine) return;
    const patience = PATIENCE + (this.tries ? 0 : LONGEST_WAIT);
    if (Date.now() - this.unackedSince > patience) this.show("unsaved");
  }

  /* ---- Text that this browser kept and the server doesn't have ---- */

  /* Which other tabs have this text open: theirs isn't lost. A duplicated tab gets a new name. */
  async findTabs() {
    this.tabs = new Set();
    const channel = new BroadcastChannel(this.prefix);
    channel.onmessage = ({ data }) => (data === "who" ? channel.postMessage(this.tab) : this.tabs.add(data));
    channel.postMessage("who");
    await new Promise((go) => setTimeout(go, 300));
    if (this.tabs.has(this.tab)) this.tab = tabName(true);
  }

  offerKept() {
    const now = this.html;
    this.kept = store
      .keys(this.prefix)
      .map((key) => ({ key, ...store.get(key) }))
      .filter((kept) => {
        if (this.tabs.has(kept.key.split(":").pop())) return false;
        if (kept.html && !same(kept.html, now)) return true;
        store.remove(kept.key);
        return false;
      })
      .sort((a, b) => b.at - a.at)[0];
    const banner = document.querySelector("[data-banner=kept]");
    banner.hidden = !this.kept;
    if (!this.kept) return;
    const text = plainText(this.kept.html);
    const when = { hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
    if (Date.now() - this.kept.at > 43200000) Object.assign(when, { month: "short", day: "numeric" });
    const lang = document.documentElement.lang;
    banner.querySelector("[data-kept-time]").textContent = new Date(this.kept.at).toLocaleString(lang, when);
    banner.querySelector("[data-kept-words]").textContent = text ? text.split(" ").length : 0;
    banner.querySelector("[data-kept-text]").textContent = text.length > 240 ? `…${text.slice(-240)}` : text;
  }

  async useKept() {
    const { key, html, base } = this.kept;
    if (this.dirty && !(await this.send())) return;
    if (base === this.base) {
      this.writeOn();
      this.surface.set(html);
      this.keep();
      if (key !== this.key()) store.remove(key);
      return this.offerNext(), this.send();
    }
    // Based on an older text: the server keeps it as a draft to compare; the editor stays as it is.
    const answer = await this.ask(this.form.action, { html, base, person: this.person });
    if (answer.failed) return;
    this.put(answer, ["banner"]);
    if (["stale", "saved", "same"].includes(answer.outcome)) this.offerNext(key);
  }

  async asideKept() {
    const { key, html, base } = this.kept;
    const answer = await this.ask(this.form.dataset.aside, { html, base });
    if (answer.failed) return;
    this.put(answer, ["banner"]);
    if (answer.outcome === "aside") this.offerNext(key);
  }

  offerNext(done) {
    if (done) store.remove(done);
    this.kept = null;
    document.querySelector("[data-banner=kept]").hidden = true;
    if (done) this.offerKept();
  }

  /* ---- The page around it ---- */

  act(name) {
    if (name === "write-on") this.writeOn();
    if (name === "clear") this.send({ clear: true });
    if (name === "bring-back") this.surface.set(this.acked ?? "");
    if (name === "bring-back") part(document, "banner").replaceChildren();
    if (name === "use-kept" && this.kept) this.useKept();
    if (name === "aside-kept" && this.kept) this.asideKept();
  }

  writeOn() {
    document.querySelector("[data-reopens] .needs-scripts")?.remove();
    this.surface.lock(false);
    this.surface.focus();
  }

  /* Save before changing the section's status. */
  async saveFirst(event) {
    const form = event.target;
    if (!("afterSaving" in form.dataset) || !this.dirty || this.stale) return;
    event.preventDefault();
    if (await this.send({ asked: true })) form.submit();
  }

  /* Follow a link to the writer's own draft only once the draft has everything that was typed. */
  async saveBefore(event) {
    const link = event.target.closest("a[data-after-saving]");
    if (!link || !this.dirty || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!(await this.send({ asked: true }))) return;
    // The answer's link, if there is a conflict still; otherwise there is nothing left to compare.
    document.querySelector("a[data-after-saving]")?.click();
  }

  put(answer, names) {
    for (const name of names) {
      const from = part(answer.root, name);
      if (!from) continue;
      for (const to of document.querySelectorAll(`[data-part="${name}"]`)) {
        to.replaceChildren(...from.cloneNode(true).childNodes);
      }
    }
  }

  show(name) {
    const banner = document.querySelector(`[data-banner="${name}"]`);
    if (banner.hidden) banner.hidden = false;
  }
  hide(name) {
    document.querySelector(`[data-banner="${name}"]`).hidden = true;
  }

  say(name, always = false) {
    if (!always && Date.now() - this.saidAt < SAY_AGAIN) return;
    this.saidAt = Date.now();
    announce(name);
  }
}

/* ---- Start ---- */

async function begin() {
  const form = document.getElementById("editor");
  if (!form) return;
  if (!form.elements.html) {
    document.querySelector("[data-banner=broken]").hidden = false; // the page was cut off before the text
    return;
  }
  let surface;
  try {
    surface = await richSurface(form);
    form.classList.add("editor--rich");
  } catch (problem) {
    console.error(problem);
    surface = plainSurface(form);
    form.classList.add("editor--as-plain");
    document.querySelector("[data-banner=plain]").hidden = false;
  }
  surface.lock(true);
  new Desk(form, surface).start();
}

begin();
