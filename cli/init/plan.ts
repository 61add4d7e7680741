/** What `init` writes a document for: an upstream with its host, credentials and the filter's configuration. */
import { CommandError } from "../output.ts";

export const PROVIDERS = [
  "anthropic",
  "azure",
  "vertex",
  "bedrock",
  "databricks",
  "custom",
] as const;
export const GATEWAYS = ["envoy", "apisix", "istio", "envoy-gateway", "higress"] as const;
export const AUTHS = ["keys", "client", "upstream"] as const;
export type Provider = (typeof PROVIDERS)[number];
export type Gateway = (typeof GATEWAYS)[number];
export type Auth = (typeof AUTHS)[number];

export interface InitOptions {
  provider: Provider;
  gateway: Gateway;
  auth?: Auth;
  resource?: string;
  project?: string;
  region?: string;
  host?: string;
  env?: string;
  port?: string;
  wasm?: string;
  image?: string;
}

/** Everything that the documents of all gateways are made from. */
export interface Plan {
  provider: Provider;
  auth: Auth;
  /** Name of the upstream's host, whose TLS certificate is asked for. */
  host: string;
  region: string;
  port: number;
  /** Environment variable that holds the key, with `auth: keys`. */
  env: string;
  /** Path of the module for Envoy. */
  wasm: string;
  /** Reference of the module's image. */
  image: string;
  /** The plugin configuration. */
  config: { version: 1; request_headers?: "early"; profile: Record<string, unknown> };
  /** What is to be replaced in the document, because nobody said it. */
  placeholders: string[];
}

interface Row {
  /** Variable of the key. */
  env: string;
  host(options: InitOptions): string;
  settings(options: InitOptions): Record<string, unknown>;
  models?: Record<string, unknown>;
  /** How Envoy itself can authenticate: what `auth: upstream` stands for. */
  upstream?: true;
}

const RESOURCE = "my-foundry";
const PROJECT = "my-project";
const VERTEX_REGION = "global";
const BEDROCK_REGION = "us-east-1";

/** Source: docs/providers.md. */
const ROWS: Readonly<Record<Provider, Row>> = {
  anthropic: { env: "ANTHROPIC_API_KEY", host: () => "api.anthropic.com", settings: () => ({}) },
  azure: {
    env: "AZURE_API_KEY",
    host: ({ resource = RESOURCE }) => `${resource}.services.ai.azure.com`,
    settings: ({ resource = RESOURCE }) => ({ resource }),
  },
  vertex: {
    env: "",
    host: ({ region = VERTEX_REGION }) => vertexHost(region),
    settings: ({ project = PROJECT, region = VERTEX_REGION }) => ({ project, region }),
    upstream: true,
  },
  bedrock: {
    env: "AWS_BEARER_TOKEN_BEDROCK",
    host: ({ region = BEDROCK_REGION }) => `bedrock-runtime.${region}.amazonaws.com`,
    settings: ({ region = BEDROCK_REGION }) => ({ region }),
    models: {
      aliases: { "claude-sonnet-4-5": "us.anthropic.claude-sonnet-4-5-20250929-v1:0" },
      template: "us.anthropic.{model}",
    },
    upstream: true,
  },
  databricks: {
    env: "DATABRICKS_TOKEN",
    host: () => "my-workspace.cloud.databricks.com",
    settings: () => ({}),
    models: { template: "databricks-{model}" },
  },
  custom: { env: "UPSTREAM_API_KEY", host: () => "messages.example.com", settings: () => ({}) },
};

function vertexHost(region: string): string {
  if (region === "global") return "aiplatform.googleapis.com";
  const isMulti = region === "us" || region === "eu";
  return isMulti
    ? `aiplatform.${region}.rep.googleapis.com`
    : `${region}-aiplatform.googleapis.com`;
}

/** The plan for options. Throws CommandError where they do not fit together. */
export function planOf(options: InitOptions): Plan {
  const { provider, gateway } = options;
  const row = ROWS[provider];
  const auth = options.auth ?? defaultAuth(gateway, row);
  refuseImpossible(options, auth, row);
  const env = options.env ?? row.env;
  const host = options.host ?? row.host(options);
  return {
    provider,
    auth,
    host,
    region: options.region ?? BEDROCK_REGION,
    port: Number(options.port ?? 10000),
    env,
    wasm: options.wasm ?? "build/messages-bridge.wasm",
    image: options.image ?? "registry.example.com/messages-bridge:1.0.0",
    config: configOf(provider, row.settings(options), auth, env),
    placeholders: [host, ...Object.values(row.settings(options)).map(String)].filter(isPlaceholder),
  };
}

/** Envoy can keep keys, and sign; elsewhere the key comes with the request unless it is asked for otherwise. */
function defaultAuth(gateway: Gateway, row: Row): Auth {
  if (gateway !== "envoy") return "client";
  return row.upstream === true ? "upstream" : "keys";
}

function refuseImpossible({ provider, gateway, port }: InitOptions, auth: Auth, row: Row): void {
  if (port !== undefined && !/^\d{1,5}$/.test(port))
    throw new CommandError(`--port ${port} is no port`);
  if (auth === "keys" && row.env === "") {
    throw new CommandError(
      "Vertex takes access tokens, which end after an hour: --auth client or upstream",
    );
  }
  if (auth !== "upstream") return;
  if (gateway !== "envoy" || row.upstream !== true) {
    throw new CommandError(
      `--auth upstream is written for Vertex and Bedrock behind Envoy; ${provider} behind ${gateway}: --auth keys or client`,
    );
  }
}

function configOf(
  provider: Provider,
  settings: Record<string, unknown>,
  auth: Auth,
  env: string,
): Plan["config"] {
  const { models } = ROWS[provider];
  const keys = auth === "keys" ? { keys: [{ name: "main", env }] } : {};
  return {
    version: 1,
    profile: {
      provider: { type: provider, ...settings },
      auth: { mode: auth, ...keys },
      ...(models === undefined ? {} : { models }),
    },
  };
}

function isPlaceholder(text: string): boolean {
  return /^my-|\.example\.com$/.test(text);
}
