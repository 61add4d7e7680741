// The candidates: each the documented Envoy example (envoy/envoy.yaml) with one worker, and with another filter in the
// place of ours. Returns what the harness needs to start one; starts nothing.

import type { ConfigOptions, Parts } from "../../envoy/harness/config.ts";

const TYPE = "type.googleapis.com/";
const PROTOCOL = "envoy.extensions.filters.http.ai_protocol_manager.v3.AiProtocolManager";
const TRANSCODER = "envoy.extensions.http.ai_filters.transcoder.v3.Transcoder";

/** What a candidate does with a request, which decides how its answers are checked. */
export type Effect = "nothing" | "copies" | "translates";

/** One bar of the chart. */
export interface Candidate {
  readonly name: string;
  readonly effect: Effect;
  /** For the harness; the upstream is the caller's. */
  readonly envoy: Pick<ConfigOptions, "wasm" | "filter" | "edit">;
}

/** A Proxy-Wasm module and what it is to be run with. */
export interface ModuleUnderTest {
  readonly name: string;
  readonly effect: Effect;
  /** The module's path. */
  readonly file: string;
  /** What the plugin gets in its configure callback. */
  readonly configuration: string;
}

/** Envoy without any filter: what a proxied request costs anyway. */
export function bare(): Candidate {
  return withoutModule("bare", "nothing", []);
}

/** A Proxy-Wasm module as the only filter. */
export function wasm({ name, effect, file, configuration }: ModuleUnderTest): Candidate {
  return { name, effect, envoy: { wasm: file, filter: configuration } };
}

/**
 * Envoy's own transcoder (C++, in tree since 1.40): two instances of the protocol manager, the first from Chat
 * Completions to its intermediate form and the second from there to Messages; answers take the way back.
 */
export function native(): Candidate {
  const filters = [
    protocolManager("to-form", "TO_IR", "FROM_IR"),
    protocolManager("from-form", "FROM_IR", "TO_IR"),
  ];
  return withoutModule("envoy-native", "translates", filters, (parts) => {
    parts.route["prefix_rewrite"] = "/v1/messages";
    const [entry] = parts.virtualHost.routes;
    if (entry === undefined) throw new Error("envoy.yaml has no route");
    entry["typed_per_filter_config"] = {
      "to-form": speaks("OPENAI_CHAT_COMPLETIONS"),
      "from-form": speaks("ANTHROPIC_MESSAGES"),
    };
  });
}

function withoutModule(
  name: string,
  effect: Effect,
  filters: Record<string, unknown>[],
  edit?: (parts: Parts) => void,
): Candidate {
  const replace = (parts: Parts): void => {
    parts.hcm.http_filters.splice(0, 1, ...filters);
    edit?.(parts);
  };
  return { name, effect, envoy: { wasm: "", edit: replace } };
}

function protocolManager(name: string, request: string, response: string): Record<string, unknown> {
  const transcoder = {
    "@type": TYPE + TRANSCODER,
    request_handling: request,
    response_handling: response,
  };
  return {
    name,
    typed_config: {
      "@type": TYPE + PROTOCOL,
      request_handling: { reserialize_body: "ALWAYS" },
      filters: [{ name: "transcoder", typed_config: transcoder }],
    },
  };
}

function speaks(protocol: string): object {
  const side = { llm_protocol: protocol };
  return { "@type": `${TYPE}${PROTOCOL}PerRoute`, request: side, response: side };
}
