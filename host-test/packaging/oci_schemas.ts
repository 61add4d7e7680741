/**
 * What the OCI image specification, version 1.1, demands of the documents of a layout, as JSON schemas of our own: required members, media types,
 * forms of digests. Source: image-layout.md, image-index.md, manifest.md, config.md, descriptor.md, annotations.md of the specification.
 */

const TYPE = "application/vnd.oci.image";
const DIGEST = { type: "string", pattern: "^sha256:[0-9a-f]{64}$" };
const ANNOTATIONS = { type: "object", additionalProperties: { type: "string" } };

/** A descriptor of one of these media types. */
function descriptor(mediaTypes: string[], more: Record<string, object> = {}): object {
  return {
    type: "object",
    required: ["mediaType", "digest", "size", ...Object.keys(more)],
    properties: {
      mediaType: { enum: mediaTypes },
      digest: DIGEST,
      size: { type: "integer", minimum: 0 },
      annotations: ANNOTATIONS,
      ...more,
    },
  };
}

const PLATFORM = {
  type: "object",
  required: ["architecture", "os"],
  properties: { architecture: { type: "string" }, os: { type: "string" } },
};

export const LAYOUT = {
  type: "object",
  required: ["imageLayoutVersion"],
  properties: { imageLayoutVersion: { const: "1.0.0" } },
};

/** Of manifests with a platform, or of indexes. */
export const INDEX = {
  type: "object",
  required: ["schemaVersion", "mediaType", "manifests"],
  properties: {
    schemaVersion: { const: 2 },
    mediaType: { const: `${TYPE}.index.v1+json` },
    annotations: ANNOTATIONS,
    manifests: {
      type: "array",
      minItems: 1,
      items: {
        anyOf: [
          descriptor([`${TYPE}.manifest.v1+json`], { platform: PLATFORM }),
          descriptor([`${TYPE}.index.v1+json`]),
        ],
      },
    },
  },
};

export const MANIFEST = {
  type: "object",
  required: ["schemaVersion", "mediaType", "config", "layers"],
  properties: {
    schemaVersion: { const: 2 },
    mediaType: { const: `${TYPE}.manifest.v1+json` },
    annotations: ANNOTATIONS,
    config: descriptor([`${TYPE}.config.v1+json`]),
    layers: { type: "array", minItems: 1, items: descriptor([`${TYPE}.layer.v1.tar+gzip`]) },
  },
};

export const CONFIG = {
  type: "object",
  required: ["architecture", "os", "rootfs"],
  properties: {
    architecture: { type: "string" },
    os: { type: "string" },
    rootfs: {
      type: "object",
      required: ["type", "diff_ids"],
      properties: {
        type: { const: "layers" },
        diff_ids: { type: "array", minItems: 1, items: DIGEST },
      },
    },
  },
};
