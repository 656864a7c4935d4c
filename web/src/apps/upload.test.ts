import { afterEach, expect, test, vi } from "vitest";
import { BLOCK_BYTES, guess, upload } from "./upload";

const asked: { method: string; path: string; body: unknown }[] = [];
const graph = vi.hoisted(() => vi.fn());
vi.mock("../graph/client", async (original) => ({ ...(await original<object>()), graph }));

afterEach(() => {
  asked.length = 0;
  vi.unstubAllGlobals();
});

test("a package goes up in blocks, in order, is committed and given to devices", async () => {
  graph.mockImplementation(async (path: string, ask: { method?: string; body?: unknown }) => {
    asked.push({ method: ask.method ?? "GET", path, body: ask.body });
    if (path.endsWith("/contentVersions")) return { id: "7" };
    if (path.endsWith("/files")) return { id: "f", azureStorageUri: null };
    return { id: "f", azureStorageUri: "https://id.xyz.example/uploads/t/f?sig=s" };
  });
  const put: { url: string; bytes: Blob }[] = [];
  let failures = 1;
  vi.stubGlobal("fetch", async (url: string, { body }: { body: Blob }) => {
    if (url.includes("MDAwMDAx") && failures-- > 0) throw new TypeError("the connection broke");
    put.push({ url, bytes: body });
    return new Response(null, { status: 201 });
  });
  const parts: number[] = [];
  const file = new File([new Uint8Array(BLOCK_BYTES + 3)], "editor.deb");
  const version = await upload({ path: "/deviceAppManagement/mobileApps/a", kind: "linuxPackageApp", file, onProgress: (part) => parts.push(part), signal: new AbortController().signal });
  expect(version).toBe("7");
  expect(put.map(({ url }) => url.split("&").slice(1).join("&"))).toEqual(["comp=block&blockid=MDAwMDAw", "comp=block&blockid=MDAwMDAx", "comp=blocklist"]);
  expect(put.map(({ bytes }) => bytes.size).slice(0, 2)).toEqual([BLOCK_BYTES, 3]);
  expect(parts.at(-1)).toBe(1);
  expect(asked.map(({ method, path }) => `${method} ${path.split("/").pop()}`)).toEqual(["POST contentVersions", "POST files", "GET f", "POST commit", "PATCH a"]);
  expect(asked.at(-1)?.body).toEqual({ "@odata.type": "#microsoft.graph.linuxPackageApp", committedContentVersion: "7" });
});

test.each([
  ["xyz-crm_1.0-2_amd64.deb", "deb xyz-crm 1.0-2"],
  ["xyz-crm-1.0-1.x86_64.rpm", "rpm xyz-crm 1.0-1"],
  ["xyz-crm-1.0.tar.gz", "tarball xyz-crm 1.0"],
  ["Editor-2.4.1-x86_64.AppImage", "appImage Editor 2.4.1"],
  ["setup.sh", "script setup 1.0"],
  ["notes.txt", "undefined"],
])("%s is told by its name", (name, expected) => {
  const known = guess(name);
  expect(known ? `${known.packageType} ${known.packageName} ${known.packageVersion}` : "undefined").toBe(expected);
});
