// What `messages-bridge init` writes for Envoy: every document is taken as it stands, and one is run up to its first answer. The filter that
// it writes into Istio's patches is taken, too.

import { parseAllDocuments } from "yaml";
import { describe, expect, test } from "vitest";
import { initDocument } from "../../cli/init/init.ts";
import { AUTHS, PROVIDERS, type InitOptions } from "../../cli/init/plan.ts";
import { answerJson, CHAT, CHAT_PATH, message } from "../harness/answers.ts";
import { Client } from "../harness/client.ts";
import { Envoy, NEWEST, VERSIONS } from "../harness/envoy.ts";
import { documentOptions, objectsBelow } from "../harness/example.ts";
import { WASM } from "../harness/rig.ts";
import { complaintOf } from "../harness/validate.ts";
import { Upstream } from "../upstream/server.ts";

const KEYS = Object.fromEntries(
  ["ANTHROPIC_API_KEY", "AZURE_API_KEY", "AWS_BEARER_TOKEN_BEDROCK", "DATABRICKS_TOKEN"].map(
    (name) => [name, `key-of-${name}`],
  ),
);
const ENVIRONMENT = { ...KEYS, UPSTREAM_API_KEY: "key" };

type Row = Required<Pick<InitOptions, "provider" | "auth">>;

/** What `init` writes for Envoy; the unit tests say that the rest is refused. */
const ROWS = PROVIDERS.flatMap((provider) => AUTHS.map((auth): Row => ({ provider, auth }))).filter(
  ({ provider, auth }) => {
    if (auth === "keys") return provider !== "vertex";
    return auth === "client" || provider === "vertex" || provider === "bedrock";
  },
);

function documentOf(row: Partial<InitOptions> & { provider: InitOptions["provider"] }): string {
  return initDocument({ gateway: "envoy", ...row }).text;
}

describe.each(VERSIONS)("Envoy %s takes", (version) => {
  // gcp_authn with access tokens is newer than the oldest; of the rest one of each kind is enough for it.
  const kinds = ["anthropic keys", "bedrock upstream", "vertex client"];
  const rows = ROWS.filter(({ provider, auth }) => {
    return version === NEWEST || kinds.includes(`${provider} ${auth}`);
  });

  test.each(rows)("$provider, $auth", async (row) => {
    expect(await complaintOf(version, documentOptions(documentOf(row)), ENVIRONMENT)).toBe("");
  });
});

test("the filter of Istio's patch", async () => {
  const { text } = initDocument({ gateway: "istio", provider: "vertex" });
  const nodes = parseAllDocuments(text).flatMap((document) => [...objectsBelow(document.toJS())]);
  const filter = nodes.find((node) => node["name"] === "messages-bridge" && "typed_config" in node);
  if (filter === undefined) throw new Error("the patch has no filter");
  for (const node of objectsBelow(filter)) if ("filename" in node) node["filename"] = WASM;
  const complaint = await complaintOf(NEWEST, {
    wasm: WASM,
    upstream: "as written",
    edit: ({ hcm }) => {
      hcm.http_filters[0] = filter;
    },
  });
  expect(complaint).toBe("");
});

test("a first answer, with the gateway's key", async () => {
  const upstream = await Upstream.start();
  const ports = { "api.anthropic.com": upstream.port };
  const options = documentOptions(documentOf({ provider: "anthropic" }), ports);
  const envoy = await Envoy.start({ ...options, version: NEWEST, env: ENVIRONMENT });
  const client = new Client(envoy.port);
  try {
    upstream.enqueue(answerJson(200, message([{ type: "text", text: "Hi" }], "end_turn")));
    const answer = await client.post(CHAT_PATH, CHAT);
    expect(answer.json).toMatchObject({ object: "chat.completion" });
    const [seen] = upstream.received;
    expect(seen?.headers).toContainEqual(["x-api-key", "key-of-ANTHROPIC_API_KEY"]);
    expect(seen?.headers).toContainEqual(["host", "api.anthropic.com"]);
  } finally {
    client.close();
    await envoy.stop();
    await upstream.close();
  }
});
