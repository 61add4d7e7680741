/**
 * Checks the import directions inside `plugin/` and where raw memory may be touched, by reading the source text.
 * Layers, lowest first: bytes; json, sse, eventstream, frame; wire; translate; policy; filter. `abi/` stands beside the stack.
 * The host model in `host/` imports nothing from outside its folder and uses nothing of Node, so that browsers run it too.
 * Usage: `node scripts/check-layers.mjs`. Each problem is one line; any problem is exit 1.
 */
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { GENERATED_HEAD } from "./gen.mjs";
import { ROOT, filesBelow } from "./stamp.mjs";

const LAYERS = new Map([
  ["bytes", 0],
  ["json", 1],
  ["sse", 1],
  ["eventstream", 1],
  ["frame", 1],
  ["wire", 2],
  ["translate", 3],
  ["policy", 4],
  ["filter", 5],
]);
// The probe is one entry in several files.
const ENTRY = /^plugin\/(?:index|debug|probe(?:_[a-z]+)?)\.ts$/;
const RAW_MEMORY_FOLDERS = ["bytes", "json", "sse", "eventstream", "frame", "abi"];
const RAW_MEMORY_FILES = ["plugin/filter/registry.ts"];
const RAW_MEMORY = /\b(?:load|store|changetype)\s*<|\b(?:memory|heap)\s*\./;

/** Parts of the language's own library that are used: digits of doubles, for numbers in a `google.protobuf.Struct`. */
const LIBRARY = new Set(["util/number"]);

/** Globals that Node has and browsers lack. */
const NODE_ONLY = /\b(?:Buffer|process|require|__dirname|setImmediate)\b\s*[.(]/;

const IMPORT = /^(?:import|export)\s+(?:[\w*\s{},]+\sfrom\s+)?["']([^"']+)["']/gm;

/**
 * Removes comments and the content of strings, keeping line breaks, so that a word in prose is not taken for code.
 * @param {string} source
 */
function codeOnly(source) {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, (text) =>
    text.replace(/[^\n]/g, " "),
  );
}

/**
 * The parts of a path below `plugin/`: `["wire", "openai", "chat_keys.ts"]`.
 * @param {string} file
 */
const partsOf = (file) => file.split("/").slice(1);

/**
 * Rules inside one layer: no other vendor, surface or provider.
 * @param {string[]} from
 * @param {string[]} to
 * @returns {string | null} the rule that is broken
 */
function siblingProblem(from, to) {
  const [layer, fromPart, fromFile] = from;
  const [, toPart, toFile] = to;
  const otherFolder = from.length > 2 && to.length > 2 && fromPart !== toPart;
  if (layer === "wire") return otherFolder ? "one vendor imports the other" : null;
  if (layer === "translate") {
    return otherFolder && toPart !== "shared" ? "a surface imports another surface" : null;
  }
  const providers = fromPart === "providers" && toPart === "providers";
  return providers && fromFile !== toFile ? "a provider imports another" : null;
}

/**
 * Rules where the folder beside the stack is one of the two.
 * @param {string} from top folder of the importing file
 * @param {string} to top folder of the imported file
 * @returns {string | null} the rule that is broken
 */
function hostProblem(from, to) {
  if (from === "abi") return to === "abi" || to === "bytes" ? null : "abi/ imports bytes/ only";
  return from === "filter" ? null : "only filter/ may call the host";
}

/**
 * Rules between layers.
 * @param {string} from top folder of the importing file
 * @param {string} to top folder of the imported file
 * @returns {string | null} the rule that is broken
 */
function layerProblem(from, to) {
  const [fromLayer, toLayer] = [LAYERS.get(from), LAYERS.get(to)];
  if (fromLayer === undefined || toLayer === undefined) return "a folder that is in no layer";
  if (toLayer > fromLayer) return "an import points up";
  return toLayer === fromLayer && from !== to ? "an engine imports another engine" : null;
}

/**
 * @param {string} file importing file, relative to the root
 * @param {string} target imported file, relative to the root
 * @returns {string | null} the rule that is broken
 */
export function importProblem(file, target) {
  const [from, to] = [partsOf(file), partsOf(target)];
  if (!target.startsWith("plugin/")) return "an import leaves plugin/";
  if (ENTRY.test(file)) return null;
  if (ENTRY.test(`${target}.ts`)) return "nothing imports an entry file";
  if (from[0] === "abi" || to[0] === "abi") return hostProblem(from[0], to[0]);
  return layerProblem(from[0], to[0]) ?? (from[0] === to[0] ? siblingProblem(from, to) : null);
}

/**
 * @param {string} file relative to the root
 * @param {string} source
 * @returns {string[]} problems with the place, ready to print
 */
export function fileProblems(file, source) {
  const lineOf = (/** @type {number} */ index) => source.slice(0, index).split("\n").length;
  const problems = [];
  for (const match of source.matchAll(IMPORT)) {
    const target = posix.join(posix.dirname(file), match[1]);
    const problem = match[1].startsWith(".")
      ? importProblem(file, target)
      : LIBRARY.has(match[1])
        ? null
        : "not a relative import";
    const line = lineOf(match.index);
    if (problem !== null) problems.push(`${file}:${line}: ${problem}: ${match[1]}`);
  }
  const folder = partsOf(file)[0];
  const exempt =
    source.startsWith(GENERATED_HEAD) ||
    RAW_MEMORY_FILES.includes(file) ||
    RAW_MEMORY_FOLDERS.includes(folder);
  if (exempt) return problems;
  codeOnly(source)
    .split("\n")
    .forEach((line, index) => {
      if (RAW_MEMORY.test(line))
        problems.push(`${file}:${index + 1}: raw memory access above the engines`);
    });
  return problems;
}

/**
 * @param {string} file of the host model, relative to the root
 * @param {string} source
 * @returns {string[]} problems with the place, ready to print
 */
export function hostModelProblems(file, source) {
  const problems = [...source.matchAll(IMPORT)]
    .filter(([, target]) => {
      const path = posix.join(posix.dirname(file), target);
      return !target.startsWith(".") || !path.startsWith("host/");
    })
    .map(([, target]) => `${file}: an import leaves host/: ${target}`);
  codeOnly(source)
    .split("\n")
    .forEach((line, index) => {
      if (NODE_ONLY.test(line)) problems.push(`${file}:${index + 1}: nothing of Node in host/`);
    });
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = filesBelow("plugin").filter((file) => file.endsWith(".ts"));
  const model = filesBelow("host");
  const sourceOf = (/** @type {string} */ file) => readFileSync(join(ROOT, file), "utf8");
  const problems = [
    ...files.flatMap((file) => fileProblems(file, sourceOf(file))),
    ...model.flatMap((file) => hostModelProblems(file, sourceOf(file))),
  ];
  for (const problem of problems) console.error(problem);
  console.log(`layers: ${files.length + model.length} files, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
