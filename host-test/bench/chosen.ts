// Candidates by their names, for the programs of the bench.

import { access, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { bare, native, wasm, type Candidate, type ModuleUnderTest } from "./candidates.ts";
import { buildHeaderEdits, buildIdentity, ROOT } from "./identity_build.ts";
import {
  EDITS_CANDIDATE,
  FLOOR_CANDIDATE,
  OBSERVED_CANDIDATE,
  TARGET_CANDIDATE,
} from "./targets.ts";

/** The candidate that the others are compared with. */
export const BASE_CANDIDATE = "bare";
/** Envoy's own transcoder. */
export const NATIVE_CANDIDATE = "envoy-native";
/** All that run in an Envoy, in the order of the tables. */
export const NAMES: readonly string[] = [
  BASE_CANDIDATE,
  FLOOR_CANDIDATE,
  EDITS_CANDIDATE,
  TARGET_CANDIDATE,
  OBSERVED_CANDIDATE,
  NATIVE_CANDIDATE,
];

const MODULE = join(ROOT, "build", "messages-bridge.wasm");

/** Returns the modules among the candidates with their configurations. Rejects when ours has not been built. */
export async function modulesOf(names: string[]): Promise<ModuleUnderTest[]> {
  const found: ModuleUnderTest[] = [];
  for (const name of names) {
    if (name === FLOOR_CANDIDATE) {
      found.push({ name, effect: "copies", file: await buildIdentity(), configuration: "{}" });
    }
    if (name === EDITS_CANDIDATE) {
      found.push({ name, effect: "copies", file: await buildHeaderEdits(), configuration: "{}" });
    }
    if (name === TARGET_CANDIDATE) found.push(await ours(name, "config.core.json"));
    if (name === OBSERVED_CANDIDATE) found.push(await ours(name, "config.all.json"));
  }
  return found;
}

async function ours(name: string, file: string): Promise<ModuleUnderTest> {
  await access(MODULE).catch(() => {
    throw new Error(`${relative(ROOT, MODULE)} is missing: npm run build`);
  });
  const configuration = await readFile(join(import.meta.dirname, file), "utf8");
  return { name, effect: "translates", file: MODULE, configuration };
}

/** Returns the candidates of the given names, in that order; `found`: what modulesOf gave. */
export function candidatesOf(names: string[], found: ModuleUnderTest[]): Candidate[] {
  return names.flatMap((name) => {
    if (name === BASE_CANDIDATE) return [bare()];
    if (name === NATIVE_CANDIDATE) return [native()];
    return found.filter((module) => module.name === name).map(wasm);
  });
}
