// envoy/examples/kubernetes: what those documents hand to Envoy is taken by Envoy. The control planes themselves are not run here.

import { readdirSync, readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { describe, expect, test } from "vitest";
import { answerJson, CHAT, CHAT_PATH, message } from "../harness/answers.ts";
import type { ConfigOptions } from "../harness/config.ts";
import { NEWEST, VERSIONS } from "../harness/envoy.ts";
import { objectsBelow } from "../harness/example.ts";
import { Rig, WASM } from "../harness/rig.ts";
import { complaintOf } from "../harness/validate.ts";

type Fields = Record<string, unknown>;

const FOLDER = new URL("../examples/kubernetes/", import.meta.url);
const FILES = readdirSync(FOLDER).sort();
/** Where the documents have a plugin configuration of their own. */
const CONFIG_KEYS = ["pluginConfig", "defaultConfig", "config"];

function documentsOf(file: string): Fields[] {
  const documents = parseAllDocuments(readFileSync(new URL(file, FOLDER), "utf8"));
  return documents.map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Fields;
  });
}

/** Plugin configurations of a file, as their control plane sends them: as JSON. */
function configsOf(file: string): Fields[] {
  const objects = documentsOf(file).flatMap((document) => [...objectsBelow(document)]);
  const values = objects.flatMap((node) => CONFIG_KEYS.map((key) => node[key]));
  return values.filter((value): value is Fields => "version" in ((value ?? {}) as Fields));
}

/** envoy.yaml with the filter of istio-envoyfilter.yaml, whose configuration is a Struct. */
function withPatch(edit: (value: Fields) => void = () => undefined): ConfigOptions {
  return {
    wasm: WASM,
    upstream: "as written",
    edit: ({ hcm }) => {
      const [filter] = documentsOf("istio-envoyfilter.yaml")
        .flatMap((document) => [...objectsBelow(document)])
        .filter((node) => node["name"] === "messages-bridge" && "typed_config" in node);
      if (filter === undefined) throw new Error("the patch has no filter");
      for (const node of objectsBelow(filter)) {
        if ("filename" in node) node["filename"] = WASM;
        if (String(node["@type"]).endsWith("Struct")) edit(node["value"] as Fields);
      }
      hcm.http_filters[0] = filter;
    },
  };
}

describe.each(VERSIONS)("Envoy %s", (version) => {
  const configs = FILES.flatMap((file) => configsOf(file).map((filter) => ({ file, filter })));

  test("the documents have configurations", () => {
    expect(new Set(configs.map(({ file }) => file))).toEqual(
      new Set(FILES.filter((file) => file !== "istio-envoyfilter.yaml")),
    );
  });

  test.each(configs)("takes the configuration of $file", async ({ filter }) => {
    const options: ConfigOptions = { wasm: WASM, upstream: "as written", filter };
    expect(await complaintOf(version, options)).toBe("");
  });

  test("takes the filter of istio-envoyfilter.yaml, with a Struct", async () => {
    expect(await complaintOf(version, withPatch())).toBe("");
  });

  test("refuses a Struct like its JSON, every error in one line", async () => {
    const complaint = await complaintOf(
      version,
      withPatch((value) => Object.assign(value, { profil: 1, version: "1" })),
    );
    expect(complaint).toContain('$.profil: unknown key; did you mean "profile"?');
    expect(complaint).toContain("$.version: expected an integer from 1 to 1");
  });
});

/** Documents that hold headers say so to Envoy; the others do not ask for it. */
test.each(FILES.filter((file) => file !== "higress.yaml"))("%s: the hold flag", (file) => {
  const text = readFileSync(new URL(file, FOLDER), "utf8").replace(/^#.*$/gm, "");
  const isEarly = text.includes("request_headers: early");
  expect(text.includes("allow_on_headers_stop_iteration")).toBe(!isEarly);
});

test("what Istio's WasmPlugin makes serves without the flag", async () => {
  const [filter] = configsOf("istio.yaml");
  const rig = await Rig.start({ filter, holdFlag: false });
  try {
    for (const [host, path] of [
      ["a.example.com", "/anthropic/v1/messages"],
      ["b.example.com", "/v1/messages"],
    ] as const) {
      rig.upstream.reset();
      rig.upstream.enqueue(answerJson(200, message([{ type: "text", text: "Hi" }], "end_turn")));
      const answer = await rig.client().post(CHAT_PATH, CHAT, { host });
      expect(answer.json).toMatchObject({ object: "chat.completion" });
      expect(rig.upstream.received[0]?.path).toBe(path);
    }
  } finally {
    await rig.stop();
  }
});

test("a Struct serves", async () => {
  const options = withPatch();
  const rig = await Rig.start({ version: NEWEST, ...(options.edit && { edit: options.edit }) });
  try {
    rig.upstream.enqueue(answerJson(200, message([{ type: "text", text: "Hi" }], "end_turn")));
    const answer = await rig.client().post(CHAT_PATH, CHAT);
    expect(answer.json).toMatchObject({ object: "chat.completion" });
    expect(rig.upstream.received[0]?.path).toBe("/v1/messages");
  } finally {
    await rig.stop();
  }
});
