// The examples of envoy/examples as tests run them: the document as it stands, with the module, free ports and local upstreams.

import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { ConfigOptions } from "./config.ts";
import { WASM } from "./rig.ts";

type Fields = Record<string, unknown>;

const FOLDER = new URL("../examples/", import.meta.url);

/** Names of all examples, without ending. */
export const EXAMPLES: string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.slice(0, -".yaml".length))
  .sort();

/** Those that use what Envoy 1.36 has not. */
export const NEWEST_ONLY = ["many-tenants", "vertex"];

/** Every secret of every example; none but the upstream may see one. */
export const CANARY = "canary-";
export const SECRETS: Record<string, string> = Object.fromEntries(
  [
    "ANTHROPIC_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_API_KEY",
    "BEDROCK_API_KEY",
    "DATABRICKS_TOKEN",
    "TEAM_A_KEY",
    "TEAM_C_KEY",
    "TEAM_D_KEY",
  ].map((name) => [name, `${CANARY}${name.toLowerCase()}`]),
);
/** What the examples read from the environment. */
export const ENVIRONMENT = { ...SECRETS, AWS_ACCESS_KEY_ID: "AKIDEXAMPLE" };

/** Where the endpoints of an example are, by the host that it names; without TLS. */
export type Ports = Readonly<Record<string, number>>;

/** Options for an Envoy with an example; `edit` has the last word on the document. */
export function exampleOptions(
  name: string,
  ports: Ports = {},
  edit: (root: Fields) => void = () => undefined,
): ConfigOptions {
  return documentOptions(readFileSync(new URL(`${name}.yaml`, FOLDER), "utf8"), ports, edit);
}

/** The same for a document that is no example. */
export function documentOptions(
  text: string,
  ports: Ports = {},
  edit: (root: Fields) => void = () => undefined,
): ConfigOptions {
  return {
    wasm: WASM,
    upstream: "as written",
    edit: (parts) => {
      const root = parse(text) as Fields;
      prepare(root, ports);
      edit(root);
      for (const key of Object.keys(parts.root)) delete parts.root[key];
      Object.assign(parts.root, root);
    },
  };
}

/** Every object below a node, itself included. */
export function* objectsBelow(node: unknown): Generator<Fields> {
  if (typeof node !== "object" || node === null) return;
  yield node as Fields;
  for (const value of Object.values(node)) yield* objectsBelow(value);
}

function prepare(root: Fields, ports: Ports): void {
  const { listeners, clusters } = root["static_resources"] as {
    listeners: Fields[];
    clusters: Fields[];
  };
  for (const part of [root["admin"], ...listeners.map((listener) => listener["address"])]) {
    for (const node of objectsBelow(part)) if ("port_value" in node) node["port_value"] = 0;
  }
  for (const node of objectsBelow(root)) {
    if (String(node["filename"]).endsWith("messages-bridge.wasm")) node["filename"] = WASM;
  }
  for (const cluster of clusters) prepareCluster(cluster, ports);
}

/** Endpoints with a local port get it; a cluster that has one loses its TLS. */
function prepareCluster(cluster: Fields, ports: Ports): void {
  let isLocal = false;
  for (const node of objectsBelow(cluster["load_assignment"])) {
    const port = ports[String(node["address"])];
    if (port === undefined) continue;
    Object.assign(node, { address: "127.0.0.1", port_value: port });
    isLocal = true;
  }
  if (!isLocal) return;
  cluster["type"] = "STATIC";
  delete cluster["transport_socket"];
  delete cluster["transport_socket_matches"];
}
