/**
 * The playground: builds its files into build/playground when something they are made of has changed (a few seconds), and serves
 * them on loopback. `npm start` does both; by itself: `node scripts/playground.mjs [--build] [--port 10080]`.
 */
import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createGzip } from "node:zlib";
import { filesBelow, OUTPUTS, ROOT } from "./stamp.mjs";

export const DEFAULT_PORT = 10080;

const FOLDER = join(ROOT, "build", "playground");
const STAMP = join(ROOT, "build", ".playground-stamp");
const SOURCES = [
  "playground/index.html",
  "playground/public",
  "playground/src",
  "playground/vite.config.ts",
  "host",
  "docs/config.schema.json",
  "package-lock.json",
  OUTPUTS.release,
];
/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** @returns {string} hash of everything that the files are made of */
function sourceHash() {
  const hash = createHash("sha256");
  for (const path of SOURCES.flatMap(filesBelow)) {
    hash.update(`${path}\0`).update(readFileSync(join(ROOT, path)));
  }
  return hash.digest("hex");
}

/**
 * Builds the files unless they are there and of these sources. The filter has to be built before.
 * @returns {Promise<string>} the folder that can be published
 * @throws {Error} when the filter is missing, or the bundler fails
 */
export async function buildPlayground() {
  if (!existsSync(join(ROOT, OUTPUTS.release)))
    throw new Error(`${OUTPUTS.release} is missing; run: npm run build`);
  const hash = sourceHash();
  const isFresh = existsSync(join(FOLDER, "index.html")) && existsSync(STAMP);
  if (isFresh && readFileSync(STAMP, "utf8") === hash) return FOLDER;
  const { build } = await import("vite");
  const configFile = join(ROOT, "playground", "vite.config.ts");
  // Built aside and then moved, so that nobody is served half of it, and two builds at once do not meet.
  const outDir = join(ROOT, "build", `playground-${process.pid}`);
  await build({
    root: join(ROOT, "playground"),
    configFile,
    logLevel: "error",
    build: { outDir, emptyOutDir: true },
  });
  rmSync(FOLDER, { recursive: true, force: true });
  renameSync(outDir, FOLDER);
  writeFileSync(STAMP, hash);
  return FOLDER;
}

/**
 * @param {string} folder
 * @param {string} url of a request
 * @returns {string | undefined} the file that it asks for, never one outside the folder
 */
function fileOf(folder, url) {
  const { pathname } = new URL(url, "http://localhost");
  const file = join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
  if (!file.startsWith(folder + sep) || !existsSync(file) || !statSync(file).isFile())
    return undefined;
  return file;
}

/**
 * Serves a folder on loopback.
 * @param {string} folder
 * @param {number} port 0: any free one; a taken one is replaced by a free one
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export function serveFolder(folder, port) {
  const server = createServer((request, response) => {
    const file = fileOf(folder, request.url ?? "/");
    if (file === undefined)
      return response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    const packs = /\bgzip\b/.test(String(request.headers["accept-encoding"]));
    const encoding = packs ? { "content-encoding": "gzip" } : {};
    response.writeHead(200, { "content-type": type, "cache-control": "no-cache", ...encoding });
    const content = createReadStream(file);
    (packs ? content.pipe(createGzip()) : content).pipe(response);
  });
  const close = () =>
    new Promise((/** @type {(value: void) => void} */ resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve, reject) => {
    server.once("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== "EADDRINUSE" || port === 0) return reject(error);
      serveFolder(folder, 0).then(resolve, reject);
    });
    server.listen(port, "127.0.0.1", () => {
      const address = /** @type {import("node:net").AddressInfo} */ (server.address());
      resolve({ port: address.port, close });
    });
  });
}

async function main() {
  const { values } = parseArgs({
    options: {
      build: { type: "boolean", default: false },
      port: { type: "string", default: String(DEFAULT_PORT) },
    },
  });
  const folder = await buildPlayground();
  if (values.build) return console.log(`playground: ${folder}`);
  const { port } = await serveFolder(folder, Number(values.port));
  console.log(`playground: http://127.0.0.1:${port}/ (Ctrl-C ends it)`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    console.error(`playground: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  });
}
