// What a screen reader is told when the page changes without being loaded again: its title, once it is there.
//
// Deliberately absent: what parts of a page tell themselves (`role="status"` where it is shown).

let said = "";
const watchers = new Set<() => void>();

export function announce(text: string): void {
  if (text === said) return;
  said = text;
  for (const watch of watchers) watch();
}

export function announced(): string {
  return said;
}

export function watchAnnounced(watch: () => void): () => void {
  watchers.add(watch);
  return () => watchers.delete(watch);
}
