// What a policy saw of a sign-in, with names in place of ids and in the reader's words where the server says words of the API.
//
// Deliberately absent: sentences. What the server puts around them (`excluded: group …`) stays as it says it.

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** As `mobileAppsAndDesktopClients`, or nothing but one word, as `linux`. */
const API_WORD = /^[a-z]+$|\b[a-z]+(?:[A-Z][a-z]+)+\b/g;

/** The ids of which the names have to be asked for. */
export function idsIn(texts: string[]): string[] {
  return [...new Set(texts.flatMap((text) => text.match(ID) ?? []))];
}

export function readable(evidence: string, called: (id: string) => string | undefined, name: (word: string) => string): string {
  return evidence.replace(/^All\b(, for)?/, (_, of) => name("all") + (of ? ":" : "")).replace(API_WORD, (word) => name(word)).replace(ID, (id) => called(id) ?? id);
}
