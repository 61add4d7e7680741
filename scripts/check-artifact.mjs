/**
 * Checks a compiled module against what every host accepts: imports and exports with exact types, one exported memory
 * without a maximum, no start section, no WebAssembly feature beyond the agreed list, and a size budget.
 * Usage: `node scripts/check-artifact.mjs FILE [release|debug|probe|fuzz]`. Each problem is one line; any problem is exit 1.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import binaryen from "binaryen";
import { ABI_EXPORTS, ABI_IMPORTS, DEBUG_EXPORTS } from "./wasm/abi.mjs";
import { readModule } from "./wasm/sections.mjs";
import { ROOT } from "./stamp.mjs";

/** @typedef {import("./wasm/sections.mjs").WasmModule} WasmModule */

// Beyond these, an old V8 or the wasmtime of the nginx host refuses the module.
const FEATURES =
  binaryen.Features.MutableGlobals |
  binaryen.Features.SignExt |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt |
  binaryen.Features.SIMD128;

/** @param {WasmModule} module */
function importProblems(module) {
  return module.imports.flatMap(({ module: from, name, type }) => {
    const wanted = ABI_IMPORTS.get(`${from}.${name}`);
    if (wanted === undefined)
      return [`imports ${from}.${name} ${type}, which no host is promised to have`];
    return wanted === type ? [] : [`imports ${from}.${name} as ${type}, the ABI says ${wanted}`];
  });
}

/** @param {WasmModule} module @param {"release" | "debug" | "fuzz"} target */
function exportProblems(module, target) {
  const promised = new Map([...ABI_EXPORTS, ...(target === "release" ? [] : DEBUG_EXPORTS)]);
  const actual = new Map(module.exports.map(({ name, type }) => [name, type]));
  const missing = [...promised].flatMap(([name, wanted]) => {
    const type = actual.get(name);
    if (type === undefined) return [`does not export ${name} ${wanted}`];
    return type === wanted ? [] : [`exports ${name} as ${type}, the ABI says ${wanted}`];
  });
  const extra = [...actual].filter(([name]) => !promised.has(name));
  return [
    ...missing,
    ...extra.map(([name, type]) => `exports ${name} ${type}, which is not in the ABI`),
  ];
}

/** @param {WasmModule} module */
function memoryProblems(module) {
  const problems = [];
  if (module.memories.length !== 1)
    problems.push(`has ${module.memories.length} memories, not one`);
  if (module.memories.some(({ maximum }) => maximum !== null))
    problems.push("declares a memory maximum");
  if (!module.exports.some(({ name, type }) => name === "memory" && type === "memory")) {
    problems.push("does not export its memory as `memory`");
  }
  if (module.hasStart)
    problems.push("has a start section, which would run before the host can read memory");
  return problems;
}

/** @param {Uint8Array} bytes */
function featureProblems(bytes) {
  const module = binaryen.readBinary(bytes);
  try {
    module.setFeatures(FEATURES);
    return module.validate()
      ? []
      : ["uses a WebAssembly feature outside the agreed list (details above)"];
  } finally {
    module.dispose();
  }
}

/**
 * The runtime of the language must not be reached: it never frees, and a managed object would hide in it. Function
 * names tell, so this looks at the artefacts that keep them.
 * @param {WasmModule} module
 */
function runtimeProblems(module) {
  const managed = module.functionNames.filter((name) => name.startsWith("~lib/rt/"));
  return managed.map((name) => `contains ${name}: something allocates a managed object`);
}

/** @param {string} path @param {WasmModule} module @param {number} size */
function releaseProblems(path, module, size) {
  const problems = module.customSections.map((name) => `keeps the custom section "${name}"`);
  const budgets = JSON.parse(readFileSync(join(ROOT, "scripts/artifact-budget.json"), "utf8"));
  const budget = budgets[basename(path)];
  if (typeof budget !== "number") problems.push("has no entry in scripts/artifact-budget.json");
  else if (size > budget) problems.push(`is ${size} bytes, the budget is ${budget}`);
  return problems;
}

/**
 * Checks one module.
 * @param {string} path of the .wasm file
 * @param {"release" | "debug" | "probe" | "fuzz"} target the probe may export anything; only the release has a size budget
 * @returns {Promise<string[]>} one sentence per problem, without the file name; empty when all is well
 */
export async function checkArtifact(path, target) {
  const bytes = readFileSync(path);
  const module = readModule(bytes);
  return [
    ...importProblems(module),
    ...memoryProblems(module),
    ...featureProblems(bytes),
    ...(target === "probe" ? [] : exportProblems(module, target)),
    ...(target === "release"
      ? releaseProblems(path, module, bytes.length)
      : runtimeProblems(module)),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, target = "release"] = process.argv.slice(2);
  const known = /** @type {const} */ (["release", "debug", "probe", "fuzz"]).find(
    (name) => name === target,
  );
  if (!path || !known) throw new Error("usage: check-artifact.mjs FILE [release|debug|probe|fuzz]");
  const problems = await checkArtifact(path, known);
  for (const problem of problems) console.error(`${path}: ${problem}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
