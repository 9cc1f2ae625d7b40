// Builds the page into build/page, or into the folder after `--out`; with `--tests` the unit tests into build/tests. `--serve PORT` serves the page at 127.0.0.1; 0 takes a free port.

import { createServer } from "node:http";
import { cp, mkdir, readFile, readdir, rm } from "node:fs/promises";
import { dirname, extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const out = args.indexOf("--out");
const page = out >= 0 ? resolve(args[out + 1] ?? ".") : join(here, "build", "page");
const tests = join(here, "build", "tests");
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".map": "application/json" };

async function buildPage() {
  if (out < 0) await rm(page, { recursive: true, force: true });
  await mkdir(page, { recursive: true });
  await build({ entryPoints: [join(here, "page", "main.ts")], bundle: true, minify: true, sourcemap: true, format: "esm", target: "es2022", outfile: join(page, "main.js"), logLevel: "warning" });
  for (const name of ["index.html", "page.css"]) await cp(join(here, "page", name), join(page, name));
}

async function buildTests() {
  await rm(tests, { recursive: true, force: true });
  const names = (await readdir(join(here, "test"))).filter((name) => name.endsWith(".test.ts"));
  await build({ entryPoints: names.map((name) => join(here, "test", name)), bundle: true, sourcemap: "inline", format: "esm", platform: "node", target: "node20", outdir: tests, outExtension: { ".js": ".mjs" }, logLevel: "warning" });
}

function serve(port) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
    const path = normalize(join(page, pathname === "/" ? "index.html" : decodeURIComponent(pathname)));
    try {
      if (!path.startsWith(page)) throw new Error("outside");
      const body = await readFile(path);
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "cache-control": "no-store" }).end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("There is no such page.\n");
    }
  });
  server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
}

const at = args.indexOf("--serve");
if (args.includes("--tests")) await buildTests();
else if (!args.includes("--built")) await buildPage();
if (at >= 0) serve(Number(args[at + 1] ?? 0));
