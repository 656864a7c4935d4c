// A package on its way to the server, as any tool of Graph's uploads one: a content version, a file of it, its bytes in blocks at
// the address that the file says, the list of blocks, the commit, and the version that devices are given.
//
// Deliberately absent: encryption. The bytes travel inside TLS to the server that keeps them; `fileEncryptionInfo` is for tools that
// bring a package that is sealed already.

import { graph, GraphFailure } from "../graph/client";

/** Bytes in one block. */
export const BLOCK_BYTES = 4 << 20;
/** How often the address is asked for, and how long between. */
const ASKED_MAX = 20;
const PAUSE_MS = 500;
/** A block is put again so often when the connection breaks. */
const TRIES_MAX = 3;

export interface Upload {
  /** The application's address below the API's version. */
  path: string;
  kind: string;
  file: Blob & { name: string };
  onProgress: (part: number) => void;
  signal: AbortSignal;
}

interface ContentFile {
  id: string;
  azureStorageUri: string | null;
  uploadState: string;
}

/** Upload a package; afterwards devices are given it. Answers the version. */
export async function upload({ path, kind, file, onProgress, signal }: Upload): Promise<string> {
  const versions = `${path}/microsoft.graph.${kind}/contentVersions`;
  const version = await graph<{ id: string }>(versions, { method: "POST", body: {}, signal });
  const files = `${versions}/${version.id}/files`;
  const told = { "@odata.type": "#microsoft.graph.mobileAppContentFile", name: file.name, size: file.size, sizeEncrypted: file.size, manifest: null, isDependency: false };
  const made = await graph<ContentFile>(files, { method: "POST", body: told, signal });
  const here = `${files}/${made.id}`;
  const address = await addressOf(here, signal);
  const names: string[] = [];
  for (let from = 0; from < Math.max(file.size, 1); from += BLOCK_BYTES) {
    const name = btoa(String(names.length).padStart(6, "0"));
    await put(`${address}&comp=block&blockid=${encodeURIComponent(name)}`, file.slice(from, from + BLOCK_BYTES), signal);
    names.push(name);
    onProgress(Math.min(1, (from + BLOCK_BYTES) / Math.max(file.size, 1)));
  }
  const list = `<?xml version="1.0" encoding="utf-8"?><BlockList>${names.map((name) => `<Latest>${name}</Latest>`).join("")}</BlockList>`;
  await put(`${address}&comp=blocklist`, new Blob([list], { type: "application/xml" }), signal);
  await graph(`${here}/commit`, { method: "POST", body: { fileEncryptionInfo: null }, signal });
  await graph(path, { method: "PATCH", body: { "@odata.type": `#microsoft.graph.${kind}`, committedContentVersion: version.id }, signal });
  return version.id;
}

async function addressOf(path: string, signal: AbortSignal): Promise<string> {
  for (let asked = 0; asked < ASKED_MAX; asked++) {
    const file = await graph<ContentFile>(path, { signal });
    if (file.azureStorageUri) return file.azureStorageUri;
    await new Promise((wake) => setTimeout(wake, PAUSE_MS));
  }
  throw new GraphFailure(503, "NoAddress", "The server did not say where the bytes go.", null);
}

/** The address is signed: it takes no token. */
async function put(address: string, bytes: Blob, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const answer = await fetch(address, { method: "PUT", body: bytes, signal, headers: { "x-ms-blob-type": "BlockBlob" } });
      if (answer.ok) return;
      const why = /<Message>(.*?)<\/Message>/.exec(await answer.text())?.[1];
      throw new GraphFailure(answer.status, "Upload", why ?? `HTTP ${answer.status}`, null);
    } catch (why) {
      if (signal.aborted || tries >= TRIES_MAX || (why instanceof GraphFailure && why.status < 500)) throw why;
      await new Promise((wake) => setTimeout(wake, PAUSE_MS * tries));
    }
  }
}

export interface Guess {
  packageType: string;
  packageName: string;
  packageVersion: string;
}

/** What a file's name says of its package: `xyz-crm_1.0_amd64.deb`, `xyz-crm-1.0-1.x86_64.rpm`, `xyz-crm-1.0.tar.gz`. */
export function guess(fileName: string): Guess | undefined {
  const deb = /^([a-z0-9][a-z0-9+.-]+)_([^_]+)_[^_]+\.deb$/.exec(fileName);
  if (deb) return { packageType: "deb", packageName: deb[1]!, packageVersion: deb[2]! };
  const rpm = /^(.+)-([^-]+-[^-]+)\.[^.]+\.rpm$/.exec(fileName);
  if (rpm) return { packageType: "rpm", packageName: rpm[1]!, packageVersion: rpm[2]! };
  const tar = /^(.+?)[-_]v?(\d[\w.]*)\.(?:tar\.gz|tgz)$/.exec(fileName);
  if (tar) return { packageType: "tarball", packageName: tar[1]!, packageVersion: tar[2]! };
  const image = /^(.+?)[-_]v?(\d[\w.]*?)(?:[-_](?:x86_64|aarch64|amd64|arm64))?\.AppImage$/i.exec(fileName);
  if (image) return { packageType: "appImage", packageName: image[1]!, packageVersion: image[2]! };
  const end = /\.(deb|rpm|tar\.gz|tgz|AppImage|sh)$/i.exec(fileName)?.[1]?.toLowerCase();
  const types: Record<string, string> = { deb: "deb", rpm: "rpm", "tar.gz": "tarball", tgz: "tarball", appimage: "appImage", sh: "script" };
  return end ? { packageType: types[end]!, packageName: fileName.slice(0, -end.length - 1), packageVersion: "1.0" } : undefined;
}
