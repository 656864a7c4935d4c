// After the build: packs what compresses, and holds the budget of script that the first page may cost.
//
// The server sends the packed files as they are. The budget is issue-sized: 250 KB of gzip before anything is seen.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const FIRST_PAGE_MAX = 250 * 1024;
const app = new URL("../dist/app/", import.meta.url).pathname;

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

const packed = new Map();
for (const path of [...files(app)]) {
  if (!/\.(html|js|css|svg|json)$/.test(path)) continue;
  const bytes = gzipSync(readFileSync(path), { level: 9 });
  packed.set(path.slice(app.length), bytes.length);
  writeFileSync(`${path}.gz`, bytes);
  rmSync(path);
}

const page = (await import("node:zlib")).gunzipSync(readFileSync(join(app, "index.html.gz"))).toString();
const first = [...page.matchAll(/(?:src|href)="\/web\/([^"]+\.js)"/g)].map((found) => found[1]);
const sum = first.reduce((all, name) => all + (packed.get(name) ?? 0), 0);
console.log(`first page: ${(sum / 1024).toFixed(0)} KB of script (${first.length} files), at most ${FIRST_PAGE_MAX / 1024}`);
if (sum > FIRST_PAGE_MAX) {
  console.error("the first page has become too heavy: split what it does not need into a route of its own");
  process.exit(1);
}
