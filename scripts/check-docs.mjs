/**
 * Checks what documents promise about the tree: every path named in README.md or docs/ exists, every relative link
 * leads somewhere, to a section that is there, and every fixture folder says in a note.md what risk it is about.
 * A path is named by a relative link, or in backquotes when its first part is a top-level folder of the checkout.
 * Usage: `node scripts/check-docs.mjs`. Each problem is one line; any problem is exit 1.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ROOT, filesBelow } from "./stamp.mjs";

const FOLDERS = [
  "plugin",
  "cli",
  "host",
  "host-test",
  "envoy",
  "examples",
  "scripts",
  "docs",
  "apisix",
  ".ci",
];
const FIXTURES = "host-test/fixtures";
const NAMED_PATH = new RegExp(
  "`((?:" + FOLDERS.map((name) => name.replace(".", "\\.")).join("|") + ")/[^`\\s]*)`",
  "g",
);
const LINK = /\]\(([^)\s#]+)(?:#[^)]*)?\)/g;
const ANCHOR = /\]\(([\w./-]*\.md|)#([^)\s]+)\)/g;
// `docs/<name>.md`, `envoy/e2e/*.test.ts` and the like stand for many files.
const PATTERN = /[<>*{}…]/;

/**
 * Finds paths named in a document that do not exist.
 * @param {string} file the document, relative to the root
 * @param {string} text
 * @param {(path: string) => boolean} exists takes a path relative to the root
 * @returns {string[]} problems with the place, ready to print
 */
export function documentProblems(file, text, exists) {
  return text.split("\n").flatMap((line, index) => {
    const named = [...line.matchAll(NAMED_PATH)].map(([, path]) => path.replace(/:\d+$/, ""));
    const linked = [...line.matchAll(LINK)]
      .map(([, target]) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => posix.join(posix.dirname(file), decodeURI(target)));
    return [...named, ...linked]
      .filter((path) => !PATTERN.test(path) && !exists(path))
      .map((path) => `${file}:${index + 1}: ${path} does not exist`);
  });
}

/**
 * The anchors of a document, as code hosts and the site make them of its headings.
 * @param {string} text
 * @returns {Set<string>}
 */
export function anchorsOf(text) {
  const headings = [...text.replace(/^```.*?^```/gms, "").matchAll(/^#{1,6} +(.+)$/gm)];
  return new Set(
    headings.map(([, heading]) =>
      heading
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    ),
  );
}

/**
 * Finds links to sections that do not exist, in the same document or another one.
 * @param {string} file the document, relative to the root
 * @param {string} text
 * @param {(path: string) => string | undefined} read gives the text of a document, relative to the root
 * @returns {string[]} problems with the place, ready to print
 */
export function anchorProblems(file, text, read) {
  return text.split("\n").flatMap((line, index) =>
    [...line.matchAll(ANCHOR)].flatMap(([, target, anchor]) => {
      const path = target === "" ? file : posix.join(posix.dirname(file), target);
      const other = read(path);
      if (other === undefined || anchorsOf(other).has(anchor)) return [];
      return [`${file}:${index + 1}: ${path} has no section #${anchor}`];
    }),
  );
}

/**
 * Finds fixture folders without a note. A fixture is a folder that holds files itself, at any depth below the surface.
 * @param {string} folder relative to the root
 * @returns {string[]} problems, ready to print
 */
function fixtureProblems(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  const below = entries
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => fixtureProblems(`${folder}/${name}`));
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const bare = folder !== FIXTURES && files.length > 0 && !files.includes("note.md");
  return bare ? [`${folder}: no note.md`, ...below] : below;
}

/** @param {string} path relative to the root */
function readIfThere(path) {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const documents = [
    "README.md",
    "examples/README.md",
    ...filesBelow("docs"),
    ...filesBelow("apisix"),
  ].filter((file) => {
    return file.endsWith(".md") && existsSync(join(ROOT, file));
  });
  const problems = [
    ...documents.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), "utf8");
      return [
        ...documentProblems(file, text, (path) => existsSync(join(ROOT, path))),
        ...anchorProblems(file, text, (path) =>
          path.endsWith(".md") ? readIfThere(path) : undefined,
        ),
      ];
    }),
    ...fixtureProblems(FIXTURES),
  ];
  for (const problem of problems) console.error(problem);
  console.log(`docs: ${documents.length} documents, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
