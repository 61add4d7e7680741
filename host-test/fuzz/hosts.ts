/** The configurations that cases run under, each in a host model of its own that lives as long as the run. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { counting } from "../bench/count/instrument.ts";
import {
  exchange,
  WasmHost,
  type ExchangeInput,
  type HostProfileName,
  type MessageInput,
  type RootContext,
} from "../host/index.ts";
import type { Limits } from "./limits.ts";

/** The debug build, which counts what is allocated; FUZZ_WASM names another. */
export const WASM_FILE =
  process.env["FUZZ_WASM"] ??
  fileURLToPath(new URL("../../build/messages-bridge.debug.wasm", import.meta.url));

/** What the debug build does besides, filling what is freed, is work that the product has not. */
export const FILLS_FREED = WASM_FILE.endsWith(".debug.wasm");

interface Setup {
  profile: HostProfileName;
  config: object;
  /** Those of `config`, where a case can pass them. */
  limits?: Limits;
  /** The body that goes upstream is that of Bedrock's InvokeModel. */
  invokes?: boolean;
}

const ANTHROPIC = { provider: { type: "anthropic" }, auth: { mode: "client" } };

const TIGHT: Limits = {
  max_request_bytes: 8_000,
  max_response_bytes: 1_000,
  max_event_bytes: 700,
  max_messages: 8,
  max_tools: 3,
};

/** In the order of FuzzCase.config. */
export const SETUPS: readonly Setup[] = [
  { profile: "envoy-hold", config: { version: 1, profile: ANTHROPIC } },
  {
    profile: "envoy-hold",
    config: { version: 1, profile: { ...ANTHROPIC, stream: { ping: "drop", usage: "always" } } },
  },
  { profile: "envoy-hold", config: { version: 1, request_headers: "early", profile: ANTHROPIC } },
  { profile: "envoy-nohold", config: { version: 1, request_headers: "early", profile: ANTHROPIC } },
  {
    profile: "envoy-hold",
    config: {
      version: 1,
      profile: {
        ...ANTHROPIC,
        compat: "bifrost",
        limits: { ...TIGHT, max_depth: 16 },
      },
    },
    limits: TIGHT,
  },
  {
    profile: "envoy-hold",
    config: {
      version: 1,
      profile: {
        provider: { type: "anthropic", base_path: "/anthropic" },
        auth: { mode: "keys", keys: [{ name: "own", env: "KEY" }] },
        params: { mode: "strict", default_max_tokens: 777 },
        models: { aliases: { "gpt-4o": "claude-sonnet-4-5" } },
        observability: { response_headers: "none" },
      },
    },
  },
  {
    profile: "envoy-hold",
    config: {
      version: 1,
      profile: {
        provider: { type: "bedrock", region: "us-east-1" },
        auth: { mode: "keys", keys: [{ name: "own", env: "KEY" }] },
      },
    },
    invokes: true,
  },
  {
    profile: "envoy-hold",
    config: { version: 1, profile: { ...ANTHROPIC, batches: { input_file: "eager" } } },
  },
];

/** The configurations that only some surfaces use. */
export const [BEDROCK, EAGER] = [6, 7];

/** A configuration in its VM. */
export interface Home {
  host: WasmHost;
  root: RootContext;
  /** Bytes allocated while no stream is open; undefined when the build does not tell. */
  quietBytes: number | undefined;
  /** Cases that it has served. */
  uses: number;
  /** The same configuration in a VM that has served nothing. */
  fresh(): Home;
}

const modules = new Map<string, Uint8Array>();

/** The module with a counter of what it executes. */
export function countedModule(file = WASM_FILE): Uint8Array {
  let bytes = modules.get(file);
  if (bytes === undefined)
    modules.set(file, (bytes = counting(new Uint8Array(readFileSync(file)))));
  return bytes;
}

/** A chat request that every configuration serves. */
export const PLAIN_REQUEST: MessageInput = {
  headers: [
    [":method", "POST"],
    [":path", "/v1/chat/completions"],
    [":authority", "gateway.example"],
    ["content-type", "application/json"],
    ["authorization", "Bearer sk-1"],
  ],
  body: '{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"hi"}]}',
};

/** Answers are held once the host was seen to do it, which the first request with a body shows (docs/hosts.md). */
const FIRST: ExchangeInput = {
  request: PLAIN_REQUEST,
  response: { headers: [[":status", "500"]], body: "{}" },
};

/** Loads the module with one configuration, and shows it that bodies come. Throws when it is refused. */
export function openHome({ profile, config }: Setup, file = WASM_FILE): Home {
  const host = WasmHost.loadSync(countedModule(file), { profile, env: { KEY: "sk-own" } });
  const root = host.addRoot(config);
  if (!root.ok) throw new Error(`refused: ${root.logs.map(({ text }) => text).join("\n")}`);
  exchange(host, root, FIRST);
  const fresh = (): Home => openHome({ profile, config }, file);
  return { host, root, quietBytes: host.liveBytes(), uses: 0, fresh };
}

/** Loads the module once for each configuration. Throws when one is refused. */
export function openHomes(file = WASM_FILE): Home[] {
  return SETUPS.map((setup) => openHome(setup, file));
}
