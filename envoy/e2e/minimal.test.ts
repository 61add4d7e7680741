// Every Envoy configuration that we publish is accepted by the oldest and the newest supported Envoy.

import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments, parseDocument, stringify } from "yaml";
import { ensureEnvoy } from "../../scripts/envoy.mjs";
import { useRootsAtHand } from "../harness/config.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { WASM, inRepository } from "../harness/rig.ts";

const run = promisify(execFile);
const VALIDATE_DEADLINE_MS = 30_000;
const NOT_OURS = new Set(["node_modules", ".git", ".envoy", "build", "coverage", ".vitest"]);
/** Where the published configurations expect the module; the one in the checkout is put there for the check. */
const DEPLOYED = "/etc/envoy/messages-bridge.wasm";
/** Where they expect a discovered configuration; an empty answer of discovery is put there. */
const DISCOVERED = "/etc/envoy/messages-bridge.json";
const NOTHING_DISCOVERED = { version_info: "0", resources: [] };
/** examples.test.ts loads these, with the environment and on the versions that each is for. */
const EXAMPLES = "envoy/examples/";

interface Example {
  name: string;
  yaml: string;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = entries.map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesBelow(path);
    return [path];
  });
  return (await Promise.all(lists)).flat();
}

/** Filter entries that the documents show alone: fenced YAML blocks that begin with our filter's name. */
const FRAGMENT = /^- name: messages-bridge$/m;

/** The example configuration with a fragment in the place of its filter. */
async function aroundFragment(fragment: string): Promise<string> {
  const document = parseDocument(await readFile(inRepository("envoy/envoy.yaml"), "utf8"));
  const path = [
    "static_resources",
    "listeners",
    0,
    "filter_chains",
    0,
    "filters",
    0,
    "typed_config",
  ];
  document.setIn([...path, "http_filters", 0], parseDocument(fragment).toJS()[0]);
  return document.toString();
}

/** All bootstrap configurations: YAML files and fenced YAML blocks that have `static_resources` at the top, or show our filter. */
async function examples(): Promise<Example[]> {
  const files = (await filesBelow(inRepository())).filter(
    (file) => !relative(inRepository(), file).startsWith(EXAMPLES),
  );
  const found = await Promise.all(
    files.map(async (file): Promise<Example[]> => {
      const name = relative(inRepository(), file);
      if (/\.ya?ml$/.test(file)) return [{ name, yaml: await readFile(file, "utf8") }];
      if (!file.endsWith(".md")) return [];
      const blocks = (await readFile(file, "utf8")).matchAll(/^```ya?ml\n(.*?)^```/gms);
      return [...blocks].map((block, i) => ({
        name: `${name}, block ${i + 1}`,
        yaml: block[1] ?? "",
      }));
    }),
  );
  const complete = found.flat().filter(({ yaml }) => /^static_resources:/m.test(yaml));
  const fragments = found
    .flat()
    .filter(({ yaml }) => FRAGMENT.test(yaml) && !complete.some((one) => one.yaml === yaml));
  const wrapped = fragments.map(async ({ name, yaml }) => ({
    name,
    yaml: await aroundFragment(yaml),
  }));
  return [...complete, ...(await Promise.all(wrapped))];
}

/** The text that is checked: the example itself, with the module and certificates that this machine has. */
function prepared(yaml: string, discovered: string): string {
  const placed = yaml.replaceAll(DEPLOYED, WASM).replaceAll(DISCOVERED, discovered);
  const root: unknown = parseDocument(placed).toJS();
  useRootsAtHand(root);
  return stringify(root);
}

const all = await examples();

test("the example of the README is among them", () => {
  const names = all.map(({ name }) => name);
  expect(names).toContain("envoy/envoy.yaml");
  expect(names).toContain("README.md, block 1");
});

test("every YAML file of this repository is well-formed", async () => {
  const files = (await filesBelow(inRepository())).filter((file) => /\.ya?ml$/.test(file));
  const faults = await Promise.all(
    files.map(async (file) => {
      const documents = parseAllDocuments(await readFile(file, "utf8"));
      const errors = documents.flatMap((document) => document.errors.map(String));
      return errors.length === 0 ? [] : [`${relative(inRepository(), file)}: ${errors.join("; ")}`];
    }),
  );
  expect(faults.flat()).toEqual([]);
});

describe.each(VERSIONS)("Envoy %s accepts", (version) => {
  let folder = "";
  let bin = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "messages-bridge-"));
    await mkdir(join(folder, "build"));
    await copyFile(WASM, join(folder, "build", "messages-bridge.wasm"));
    ({ bin } = await ensureEnvoy({ version }));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(all)("$name", async ({ name, yaml }) => {
    const file = join(folder, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.yaml`);
    const discovered = join(folder, "discovered.json");
    await writeFile(discovered, JSON.stringify(NOTHING_DISCOVERED));
    await writeFile(file, prepared(yaml, discovered));
    const options = { cwd: folder, timeout: VALIDATE_DEADLINE_MS };
    const node = ["--service-node", "test", "--service-cluster", "test"];
    const { stdout, stderr } = await run(bin, ["--mode", "validate", "-c", file, ...node], options);
    expect(stdout + stderr).toContain("OK");
  });
});
