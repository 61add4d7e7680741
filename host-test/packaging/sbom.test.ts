/** The bill of materials: a valid CycloneDX document that names what the artefacts are made from, and nothing else. */
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { sbomOf } from "../../scripts/package/sbom.mjs";
import { filterBytes } from "../support/filter.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DATE = new Date("2026-01-02T03:04:05Z");
const sha256 = createHash("sha256").update(filterBytes()).digest("hex");

interface Bom {
  metadata: { timestamp: string; component: { name: string; hashes: object[] } };
  components: { name: string; version: string; hashes?: object[]; licenses?: object[] }[];
}

let bom: Bom;

beforeAll(async () => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["cli/main.ts"],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    outdir: "unused",
  });
  bom = sbomOf(ROOT, metafile, { sha256, date: DATE }) as Bom;
}, 60_000);

test("is valid by the schema of CycloneDX 1.5", async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
  expect(await validator.validate(JSON.stringify(bom))).toBeNull();
  const broken = JSON.stringify({ ...bom, components: [{ name: "no type" }] });
  expect(await validator.validate(broken)).not.toBeNull();
});

test("names what is in the module and in the command line", () => {
  const names = bom.components.map(({ name }) => name);
  expect(names).toEqual(["assemblyscript", "commander", "picocolors", "yaml"]);
  for (const { hashes, version } of bom.components) {
    expect(hashes).toHaveLength(1);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test("packages are found behind a link to node_modules, too", () => {
  const inputs = Object.fromEntries(
    ["../../main/node_modules/yaml/browser/index.js", "cli/main.ts"].map((file) => [
      file,
      { bytesInOutput: 1 },
    ]),
  );
  const output = { bytes: 1, inputs, imports: [], exports: [] };
  const other = sbomOf(ROOT, { inputs: {}, outputs: { a: output } }, { sha256, date: DATE }) as Bom;
  expect(other.components.map(({ name }) => name)).toEqual(["assemblyscript", "yaml"]);
});

test("is about this module, at the time of its sources", () => {
  expect(bom.metadata.timestamp).toBe("2026-01-02T03:04:05.000Z");
  expect(bom.metadata.component).toMatchObject({
    name: "messages-bridge",
    hashes: [{ alg: "SHA-256", content: sha256 }],
  });
  expect(bom).not.toHaveProperty("serialNumber");
});
