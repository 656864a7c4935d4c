// What compliance expected and found, and how to mend it, in the reader's language. The server writes English sentences of a few
// forms (`devices/src/compliance`), so they are looked up as they are; what is not known, such as what a policy of the
// organization's own says, is shown as it is.

/** How deep a sentence stands in a sentence: `cannot be told: not on`. */
const DEPTH_MAX = 3;

/** `known` has sentences, and forms in which `{x}` stands for another one. */
export function finding(text: string, known: Record<string, string>, depth = 0): string {
  const whole = known[text];
  if (whole !== undefined) return whole;
  if (depth === DEPTH_MAX) return text;
  const or = known[", or "];
  if (or && text.includes(", or ")) return text.split(", or ").map((one) => finding(one, known, depth + 1)).join(or);
  for (const [form, said] of Object.entries(known)) {
    const at = form.indexOf("{x}");
    if (at < 0) continue;
    const [before, after] = [form.slice(0, at), form.slice(at + 3)];
    if (text.length < before.length + after.length || !text.startsWith(before) || !text.endsWith(after)) continue;
    return said.replace("{x}", () => finding(text.slice(before.length, text.length - after.length), known, depth + 1));
  }
  return text;
}
