/**
 * Checks what is shipped against known advisories. Three questions:
 *  - does the package, or its lock file, name anything that is installed with it? Nothing may be;
 *  - what does `npm audit --omit=dev` say? It must find nothing;
 *  - does `npm audit` know an advisory about a package whose code is in the module or in the bundle of the command line? They are
 *    installed for development only, so npm takes them for tools. Advisories about tools are told and fail nothing.
 * A registry that has no place to ask (404, 405, 410, 501) is told in one line; that it cannot be reached or fails is a failure.
 * Usage: `node scripts/check-audit.mjs`. Each problem is one line; any problem is exit 1.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { shippedPackages } from "./package/sbom.mjs";
import { ROOT } from "./stamp.mjs";

/** @typedef {Record<string, Record<string, unknown> | undefined>} Manifest */
/** @typedef {{ packages: Record<string, { dev?: boolean, devOptional?: boolean }> }} Lock */
/** @typedef {{ vulnerabilities?: Record<string, { severity: string }>, statusCode?: number, message?: string }} Audit npm's answer, as JSON */
/** @typedef {{ problems: string[], notes: string[] }} Findings */

/** Members of package.json that have something installed with the package. */
const INSTALLED = [
  "dependencies",
  "optionalDependencies",
  "peerDependencies",
  "bundleDependencies",
];
/** Statuses of a registry without this part of the protocol. */
const NO_PLACE = new Set([404, 405, 410, 501]);

/**
 * What is installed together with the package.
 * @param {Manifest} manifest package.json
 * @param {Lock} lock package-lock.json
 * @returns {string[]} one sentence per problem
 */
export function installedProblems(manifest, { packages }) {
  const named = INSTALLED.flatMap((member) =>
    Object.keys(manifest[member] ?? {}).map((name) => `package.json has ${name} in ${member}`),
  );
  const locked = Object.entries(packages).flatMap(([place, { dev, devOptional }]) =>
    place === "" || dev === true || devOptional === true
      ? []
      : [`package-lock.json has ${place}, which is not for development only`],
  );
  return [...named, ...locked];
}

/**
 * What `npm audit` says about packages.
 * @param {Audit} audit
 * @param {(name: string) => boolean} isShipped
 * @returns {Findings}
 */
export function auditFindings({ vulnerabilities, statusCode, message }, isShipped) {
  if (vulnerabilities === undefined) {
    if (statusCode !== undefined && NO_PLACE.has(statusCode)) {
      return { problems: [], notes: [`the registry has no advisories to ask for (${statusCode})`] };
    }
    return { problems: [`npm audit could not ask: ${message ?? "no reason given"}`], notes: [] };
  }
  const lines = Object.entries(vulnerabilities).map(([name, { severity }]) => ({
    isProblem: isShipped(name),
    line: `${name}: an advisory of severity ${severity}`,
  }));
  return {
    problems: lines.flatMap(({ isProblem, line }) =>
      isProblem ? [`${line}, and it is shipped`] : [],
    ),
    notes: lines.flatMap(({ isProblem, line }) => (isProblem ? [] : [`${line}, a tool`])),
  };
}

/**
 * Runs `npm audit`. It exits with 1 when it finds something; its answer says what.
 * @param {string[]} args
 * @returns {Audit}
 */
function ask(...args) {
  const { stdout, stderr } = spawnSync("npm", ["audit", "--json", "--package-lock-only", ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });
  try {
    return JSON.parse(stdout);
  } catch {
    return { message: `no JSON came: ${stderr.trim()}` };
  }
}

/** @param {string} name of a file at the top of the checkout */
const read = (name) => JSON.parse(readFileSync(join(ROOT, name), "utf8"));

/** @returns {Promise<Set<string>>} packages whose code is in the module or in the bundle */
async function shipped() {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["cli/main.ts", "cli/index.ts"],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    outdir: "unused",
  });
  return new Set(shippedPackages(metafile));
}

async function main() {
  const names = await shipped();
  const runtime = auditFindings(ask("--omit=dev"), () => true);
  const all = auditFindings(ask(), (name) => names.has(name));
  const problems = [
    ...installedProblems(read("package.json"), read("package-lock.json")),
    ...runtime.problems,
    ...all.problems,
  ];
  for (const note of new Set([...runtime.notes, ...all.notes])) console.log(`audit: ${note}`);
  for (const problem of new Set(problems)) console.error(`audit: ${problem}`);
  console.log(`audit: shipped code of ${[...names].join(", ")}; ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
