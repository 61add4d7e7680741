/**
 * The image layout by the rules of the OCI specification: schemas of its documents, digests and sizes of everything that one names, the module
 * at the place where gateways look for it. Made twice it is the same.
 */
import { Ajv } from "ajv";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeLayout } from "../../scripts/package/oci.mjs";
import { filterBytes } from "../support/filter.ts";
import { CONFIG, INDEX, LAYOUT, MANIFEST } from "./oci_schemas.ts";

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { architecture: string; os: string };
}
interface Manifest {
  config: Descriptor;
  layers: Descriptor[];
}

const ABOUT = { version: "1.2.3", revision: "0123abc", description: "a filter" };
const ajv = new Ajv({ strict: true, allErrors: true });

let folder: string;
let digest: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "messages-bridge-oci-"));
  digest = await writeLayout(join(folder, "one"), filterBytes(), ABOUT);
});
afterAll(() => rmSync(folder, { recursive: true }));

function blob({ digest, size }: Descriptor, layout = "one"): Buffer {
  const [algorithm = "", hex = ""] = digest.split(":");
  const bytes = readFileSync(join(folder, layout, "blobs", algorithm, hex));
  expect(bytes).toHaveLength(size);
  expect(createHash(algorithm).update(bytes).digest("hex")).toBe(hex);
  return bytes;
}

function valid<T>(schema: object, text: Buffer): T {
  const value: unknown = JSON.parse(text.toString());
  const validate = ajv.compile(schema);
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
  return value as T;
}

/** The tagged index, its manifests and what they name. */
function read(): { image: Descriptor; manifests: { row: Descriptor; manifest: Manifest }[] } {
  const file = (name: string): Buffer => readFileSync(join(folder, "one", name));
  valid(LAYOUT, file("oci-layout"));
  const top = valid<{ manifests: [Descriptor] }>(INDEX, file("index.json"));
  const [image] = top.manifests;
  const { manifests } = valid<{ manifests: Descriptor[] }>(INDEX, blob(image));
  return {
    image,
    manifests: manifests.map((row) => ({ row, manifest: valid<Manifest>(MANIFEST, blob(row)) })),
  };
}

test("one tag leads to an index, whose digest is told", () => {
  const { image } = read();
  expect(image.digest).toBe(digest);
  expect(image).toMatchObject({ annotations: { "org.opencontainers.image.ref.name": "1.2.3" } });
});

test("both platforms have the same layer", () => {
  const { manifests } = read();
  expect(manifests.map(({ row }) => row.platform)).toEqual([
    { architecture: "amd64", os: "linux" },
    { architecture: "arm64", os: "linux" },
  ]);
  const layers = manifests.map(({ manifest }) => manifest.layers);
  expect(layers[0]).toHaveLength(1);
  expect(layers[1]).toEqual(layers[0]);
});

test("the configurations are of their platforms and name the unzipped layer", () => {
  for (const { row, manifest } of read().manifests) {
    const config = valid<{ rootfs: { diff_ids: string[] } }>(CONFIG, blob(manifest.config));
    expect(config).toMatchObject(row.platform ?? {});
    const tar = gunzipSync(blob(manifest.layers[0] as Descriptor));
    const hex = createHash("sha256").update(tar).digest("hex");
    expect(config.rootfs.diff_ids).toEqual([`sha256:${hex}`]);
  }
});

test("the layer is plugin.wasm alone, byte for byte", async () => {
  const [first] = read().manifests;
  const reader = extract();
  reader.end(gunzipSync(blob(first?.manifest.layers[0] as Descriptor)));
  const files: [string, Buffer][] = [];
  for await (const entry of reader) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    files.push([entry.header.name, Buffer.concat(parts)]);
  }
  expect(files.map(([name]) => name)).toEqual(["plugin.wasm"]);
  expect(Buffer.compare(files[0]?.[1] as Buffer, filterBytes())).toBe(0);
});

test("nothing lies in the layout that nothing names", () => {
  const { image, manifests } = read();
  const named = manifests.flatMap(({ row, manifest }) => [
    row,
    manifest.config,
    ...manifest.layers,
  ]);
  const hex = [image, ...named].map((row) => row.digest.slice("sha256:".length));
  expect(readdirSync(join(folder, "one/blobs/sha256")).sort()).toEqual([...new Set(hex)].sort());
});

describe("reproducible", () => {
  test("the same module and words give the same image", async () => {
    expect(await writeLayout(join(folder, "two"), filterBytes(), ABOUT)).toBe(digest);
  });

  test("another module gives another one", async () => {
    expect(await writeLayout(join(folder, "two"), new Uint8Array([0]), ABOUT)).not.toBe(digest);
  });
});
