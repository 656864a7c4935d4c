// What the audit says was done, in the reader's language. The server writes English sentences that are put together from the
// names of kinds and links (`protocols/graph/src/write.rs`), so they can be taken apart again; what cannot is shown as it is.

import type { Speech } from "./index";

/** `Update access package` → what was done, as the language says it. */
export function activity(text: string, { language, name, t }: Speech, known: Record<string, string>): string {
  // Reactions sign with their names, as `dynamic-membership`.
  if (language === "en") return /^[a-z][a-zA-Z-]*$/.test(text) ? name(text.replaceAll("-", " ")) : text;
  const whole = known[text];
  if (whole) return whole;
  const between = /^(Add|Remove) (.+) (?:to|from) (.+)$/.exec(text);
  if (between) return t(between[1] === "Add" ? "activity.addTo" : "activity.removeFrom", { what: named(between[2], name), where: named(between[3], name) });
  const one = /^(Add|Update|Delete) (.+)$/.exec(text);
  if (!one) return text;
  const key = one[1] === "Add" ? "activity.add" : one[1] === "Update" ? "activity.update" : "activity.delete";
  return t(key, { what: named(one[2], name) });
}

/** `access package` is `accessPackage`, of which the languages have a word. */
function named(words = "", name: Speech["name"]): string {
  const joined = words.replace(/ ([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const many = `${joined}s`;
  const one = name(joined);
  // A link is written as one of its ends: `member` of `members`.
  return one.toLowerCase() === words ? name(many) : one;
}
