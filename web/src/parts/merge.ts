// Two people changed the same thing: what either of them changed alone is kept, what both changed differently is named.
//
// Lists of words are sets, and lists of things with a name of their own are merged thing by thing. Any other list has an order
// that means something, so it is one value.

export interface Merged<T> {
  value: T;
  /** Where both changed the same; mine stands in `value`. */
  clashes: string[][];
}

type Part = Record<string, unknown>;

export const same = (one: unknown, other: unknown) => one === other || JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

export function merge<T>(base: T, mine: T, theirs: T, path: string[] = []): Merged<T> {
  if (same(mine, base)) return { value: theirs, clashes: [] };
  if (same(theirs, base) || same(mine, theirs)) return { value: mine, clashes: [] };
  if (isPart(mine) && isPart(theirs)) return fields(isPart(base) ? base : {}, mine, theirs, path) as Merged<T>;
  if (Array.isArray(base) && Array.isArray(mine) && Array.isArray(theirs)) {
    if ([...base, ...mine, ...theirs].every((item) => typeof item === "string")) return { value: words(base, mine, theirs) as T, clashes: [] };
    const [before, own, other] = [byName(base), byName(mine), byName(theirs)];
    if (before && own && other) {
      const { value, clashes } = fields(before, own, other, path);
      return { value: Object.values(value).filter((item) => item !== undefined) as T, clashes: clashes.map(() => path) };
    }
  }
  return { value: mine, clashes: [path] };
}

/** The value at a path, and another put there. */
export function valueAt(whole: unknown, path: string[]): unknown {
  return path.reduce<unknown>((part, step) => (part as Part | null | undefined)?.[step], whole);
}

export function put<T>(whole: T, [step, ...rest]: string[], value: unknown): T {
  if (step === undefined) return value as T;
  return { ...whole, [step]: put((whole as Part | null)?.[step] ?? {}, rest, value) } as T;
}

function fields(base: Part, mine: Part, theirs: Part, path: string[]): Merged<Part> {
  const value: Part = {};
  const clashes: string[][] = [];
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const merged = merge(base[key], mine[key], theirs[key], [...path, key]);
    value[key] = merged.value;
    clashes.push(...merged.clashes);
  }
  return { value, clashes };
}

function words(base: string[], mine: string[], theirs: string[]): string[] {
  const kept = theirs.filter((word) => mine.includes(word) || !base.includes(word));
  return [...kept, ...mine.filter((word) => !base.includes(word) && !theirs.includes(word))];
}

/** Things by what names them within their list, if each has such a name. */
function byName(list: unknown[]): Part | undefined {
  const named = list.map((item) => [isPart(item) ? nameOf(item) : undefined, item] as const);
  const names = new Set(named.map(([name]) => name));
  return names.has(undefined) || names.size < list.length ? undefined : Object.fromEntries(named);
}

function nameOf(item: Part): string | undefined {
  // What assigns is named by whom it means: its id is the server's and is another after each save.
  const name = item.target ?? item.settingDefinitionId ?? item.id;
  return name === undefined ? undefined : JSON.stringify(name);
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
