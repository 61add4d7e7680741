/**
 * An OCI image layout of the module, written without any container tool. One layer with `plugin.wasm` at its root, the form that Istio, Envoy
 * Gateway and Higress pull and that Kubernetes mounts as an image volume; an index, because the latter looks for its platform.
 * Source: OCI image specification 1.1; solo-io/wasm spec "compat" variant.
 */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";

const TYPE = "application/vnd.oci.image";
/** The module runs anywhere; nodes ask for their own. */
const ARCHITECTURES = ["amd64", "arm64"];
const EPOCH = new Date(0);
/** Byte of the gzip header that names the operating system; 255 is "unknown", the same everywhere. */
const GZIP_OS_AT = 9;
const GZIP_OS_UNKNOWN = 255;

/** @typedef {{ mediaType: string, digest: string, size: number }} Descriptor */
/** @typedef {{ version: string, revision: string, description: string }} About */

/**
 * Writes the layout into `folder`, replacing what is there; the same module and the same words give the same bytes.
 * @param {string} folder
 * @param {Uint8Array} wasm
 * @param {About} about `version` becomes the tag; `revision` is the commit
 * @returns {Promise<string>} digest of the index, by which the image can be pinned
 */
export async function writeLayout(folder, wasm, about) {
  rmSync(folder, { recursive: true, force: true });
  const blobs = join(folder, "blobs", "sha256");
  mkdirSync(blobs, { recursive: true });
  /** @type {(mediaType: string, content: Uint8Array) => Descriptor} */
  const put = (mediaType, content) => {
    const hex = createHash("sha256").update(content).digest("hex");
    writeFileSync(join(blobs, hex), content);
    return { mediaType, digest: `sha256:${hex}`, size: content.length };
  };
  const tar = await tarOf(wasm);
  const layer = put(`${TYPE}.layer.v1.tar+gzip`, zipped(tar));
  const diff = createHash("sha256").update(tar).digest("hex");
  const manifests = ARCHITECTURES.map((architecture) => {
    const config = put(`${TYPE}.config.v1+json`, json(configOf(architecture, diff)));
    const manifest = { ...head("manifest"), config, layers: [layer], annotations: notes(about) };
    const platform = { architecture, os: "linux" };
    return { ...put(`${TYPE}.manifest.v1+json`, json(manifest)), platform };
  });
  const index = { ...head("index"), manifests, annotations: notes(about) };
  const image = put(`${TYPE}.index.v1+json`, json(index));
  const tagged = { ...image, annotations: { "org.opencontainers.image.ref.name": about.version } };
  writeFileSync(join(folder, "index.json"), json({ ...head("index"), manifests: [tagged] }));
  writeFileSync(join(folder, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
  return image.digest;
}

/** @param {Uint8Array} wasm */
function tarOf(wasm) {
  const stream = pack();
  const header = { name: "plugin.wasm", mode: 0o644, mtime: EPOCH, uid: 0, gid: 0 };
  stream.entry(header, Buffer.from(wasm));
  stream.finalize();
  return buffer(stream);
}

/** @param {Uint8Array} tar */
function zipped(tar) {
  const bytes = gzipSync(tar, { level: 9 });
  bytes[GZIP_OS_AT] = GZIP_OS_UNKNOWN;
  return bytes;
}

/** @param {"manifest" | "index"} kind */
function head(kind) {
  return { schemaVersion: 2, mediaType: `${TYPE}.${kind}.v1+json` };
}

/**
 * @param {string} architecture
 * @param {string} diff digest of the unzipped layer
 */
function configOf(architecture, diff) {
  return { architecture, os: "linux", rootfs: { type: "layers", diff_ids: [`sha256:${diff}`] } };
}

/** @param {About} about */
function notes({ version, revision, description }) {
  return {
    "module.wasm.image/variant": "compat",
    "org.opencontainers.image.title": "messages-bridge",
    "org.opencontainers.image.description": description,
    "org.opencontainers.image.version": version,
    "org.opencontainers.image.revision": revision,
    "org.opencontainers.image.licenses": "Apache-2.0",
  };
}

/** @param {object} value */
function json(value) {
  return Buffer.from(JSON.stringify(value));
}
