// What Ctrl-K does besides finding: making something new, and telling a device or a person's account something by name, as
// `wipe amirs-laptop`. It opens the page with the question ready; nothing is done from here.

import { ACTS } from "../devices/acts";
import { creations } from "../pages/opinions";
import { type Collection, isCollection, type Room, titleKey } from "../rooms/rooms";
import type { Key, Speech } from "../words";

export interface Deed {
  act: string;
  label: Key;
  /** The kind that it is done to. */
  kind: "managedDevice" | "user";
}

export const DEEDS: Deed[] = [
  ...ACTS.map(({ action, label }): Deed => ({ act: action, label, kind: "managedDevice" })),
  ...(["pass", "reset", "revoke", "disable", "enable"] as const).map((act): Deed => ({ act, label: `person.${act}`, kind: "user" })),
];

/** Of whose list one has to see something to be told of its deeds. */
export const LIST_OF: Record<Deed["kind"], string> = { managedDevice: "managedDevices", user: "users" };

/** `wipe amirs-laptop`: the deed, and whom it is about. */
export function deedIn(text: string, t: Speech["t"]): { deed: Deed; about: string } | null {
  const lower = text.trimStart().toLocaleLowerCase();
  const deed = DEEDS.filter(({ label }) => lower.startsWith(`${t(label).toLocaleLowerCase()} `)).sort((one, other) => t(other.label).length - t(one.label).length)[0];
  return deed ? { deed, about: text.trimStart().slice(t(deed.label).length).trim() } : null;
}

/** Deeds of which somebody has typed a part. */
export function deedsLike(text: string, t: Speech["t"]): Deed[] {
  const needle = text.trim().toLocaleLowerCase();
  return DEEDS.filter(({ label }) => t(label).toLocaleLowerCase().includes(needle));
}

export interface Beginning {
  label: string;
  hint: string;
  href: string;
}

/** Names of beginnings that say more than `new` and the kind. */
const SAID: Record<string, Key> = { users: "search.newPerson", policies: "search.newPolicy" };

/** Everything that can be made here, and the HR import. */
export function beginnings(rooms: Room[], may: Set<string> | undefined, { t, name }: Pick<Speech, "t" | "name">): Beginning[] {
  const isMade = (collection: Collection) => collection.key in creations || (collection.form?.length ?? 0) > 0;
  return rooms.flatMap((room) =>
    room.entries.flatMap((entry): Beginning[] => {
      const hint = t(`room.${room.name}` as Key);
      if (!isCollection(entry)) return entry.key === "hrImport" ? [{ label: t("search.importHr"), hint, href: `/admin/${room.name}/hrImport` }] : [];
      if (entry.isSingleton || !isMade(entry) || !may?.has(entry.key)) return [];
      const said = SAID[entry.key];
      return [{ label: said ? t(said) : t("search.new", { what: name(entry.kind) }), hint: t(titleKey(entry.key)), href: `/admin/${room.name}/${entry.key}/new` }];
    }),
  );
}

/** Whether every word of what was typed stands in a text. */
export function says(text: string, wanted: string): boolean {
  const lower = text.toLocaleLowerCase();
  return wanted.toLocaleLowerCase().split(/\s+/).every((word) => lower.includes(word));
}
