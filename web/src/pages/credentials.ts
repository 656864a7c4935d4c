// The secrets and certificates of an application, and the addresses to which it may send people back.

import type { Entity } from "../graph/client";

export interface Credential {
  keyId: string;
  displayName?: string | null;
  hint?: string | null;
  startDateTime?: string | null;
  endDateTime?: string | null;
}

/** `soon`: within so many days it ends. */
export const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

export type Ends = "ended" | "soon" | "later" | "never";

export function ends({ endDateTime }: Credential, now: Date): Ends {
  if (!endDateTime) return "never";
  const left = new Date(endDateTime).getTime() - now.getTime();
  return left <= 0 ? "ended" : left <= SOON_DAYS * DAY_MS ? "soon" : "later";
}

/** What ends first stands first. */
export function byEnd(credentials: Credential[]): Credential[] {
  return [...credentials].sort((one, other) => String(one.endDateTime ?? "9").localeCompare(String(other.endDateTime ?? "9")));
}

/** Whether every secret and certificate has ended or ends soon: then the application stops, or is about to. */
export function isRunningOut(app: Entity, now: Date): boolean {
  const all = [...((app.passwordCredentials ?? []) as Credential[]), ...((app.keyCredentials ?? []) as Credential[])];
  return all.length > 0 && all.every((one) => ["ended", "soon"].includes(ends(one, now)));
}

/** Kinds of clients, as `application` has them, each with its addresses. */
export const CLIENTS = ["web", "spa", "publicClient"] as const;
export type Client = (typeof CLIENTS)[number];

export type Addresses = Record<Client, string[]>;

export function addressesOf(app: Record<string, unknown>): Addresses {
  const of = (client: Client) => ((app[client] as { redirectUris?: string[] } | null | undefined)?.redirectUris ?? []);
  return { web: of("web"), spa: of("spa"), publicClient: of("publicClient") };
}

export type AddressFault = "noAddress" | "fragment" | "notHttps" | "wildcard";

/** What is wrong with an address. Who steals an answer that goes over plain HTTP is signed in as whoever it was for (RFC 9700 §4.1). */
export function addressFault(address: string, client: Client): AddressFault | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return "noAddress";
  }
  if (address.includes("#")) return "fragment";
  if (address.includes("*")) return "wildcard";
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLocal)) return undefined;
  // A program on a device may have a scheme of its own (RFC 8252 §7.1).
  return client === "publicClient" && url.protocol !== "http:" && !["javascript:", "data:", "vbscript:", "file:"].includes(url.protocol) ? undefined : "notHttps";
}
