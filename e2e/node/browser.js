// A browser without scripts: keeps cookies, follows redirects, fills in the forms of server-rendered pages.

const PAGES_MAX = 20;

const decode = (text) =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#34;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&#x27;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&#60;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#62;", ">")
    .replaceAll("&amp;", "&")
    .replaceAll("&#38;", "&");

/** The attributes of one tag. */
function attributesOf(tag) {
  const found = {};
  for (const [, name, value] of tag.matchAll(/([a-z_-]+)(?:="([^"]*)")?/gi)) found[name.toLowerCase()] = decode(value ?? "");
  return found;
}

/** The first form of a page: where it leads, its fields and its buttons. */
function formOf(html) {
  const [, head, inner] = html.match(/<form([^>]*)>([\s\S]*?)<\/form>/i) ?? [];
  if (head === undefined) return null;
  const fields = [];
  const buttons = [];
  for (const [, tag, rest] of inner.matchAll(/<(input|button)([^>]*)>/gi)) {
    const { name, value = "", type = tag === "button" ? "submit" : "text", checked } = attributesOf(rest);
    if (!name) continue;
    if (type === "submit") buttons.push([name, value]);
    else if (type !== "checkbox" || checked !== undefined) fields.push({ name, value, type });
  }
  return { action: attributesOf(head).action ?? "", fields, buttons };
}

/** Whether a page says what is wrong. What is hidden waits for a script, and there is none here. */
const hasNotice = (html) =>
  [...html.matchAll(/<[a-z]+([^>]*)>/gi)].map(([, rest]) => attributesOf(rest)).some((tag) => tag.role === "alert" && tag.hidden === undefined);

const textOf = (html) => decode(html.replace(/<[^>]*>/g, " ")).replace(/\s+/g, " ").trim();

export class Browser {
  #cookies = new Map();

  /** A person with a user name and something to prove it with. */
  constructor(upn, secret) {
    this.answers = { loginfmt: upn, passwd: secret, decision: "accept" };
  }

  async #fetch(url, options = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...options.headers, ...(cookie && { cookie }) };
    const answer = await fetch(url, { ...options, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      this.#cookies.set(name, value);
    }
    return answer;
  }

  /** The text of one page, without following it. */
  async look(url) {
    return (await this.#fetch(new URL(url))).text();
  }

  /** Go through the pages until the application (`backTo`) is reached; answers the address that led there. */
  async go(url, backTo) {
    let at = new URL(url);
    let answer = await this.#fetch(at);
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const location = answer.headers.get("location");
      if (location) {
        at = new URL(location, at);
        if (at.href.startsWith(backTo)) return at;
        answer = await this.#fetch(at);
        continue;
      }
      const html = await answer.text();
      const form = formOf(html);
      if (!form || hasNotice(html)) throw new Error(`the page says: ${textOf(html)}`);
      at = new URL(form.action, at);
      answer = await this.#fetch(at, { method: "POST", headers: { origin: at.origin }, body: this.#fill(form) });
    }
    throw new Error(`no end after ${PAGES_MAX} pages`);
  }

  #fill({ fields, buttons }) {
    const given = new URLSearchParams();
    for (const { name, value, type } of fields) {
      const typed = value || type === "hidden" ? value : this.answers[name];
      if (typed === undefined) throw new Error(`nobody knows what to type into ${name}`);
      given.set(name, typed);
    }
    const agree = buttons.find(([name, value]) => this.answers[name] === value) ?? buttons[0];
    if (agree) given.set(...agree);
    return given;
  }
}
