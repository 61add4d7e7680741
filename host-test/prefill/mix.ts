/**
 * A mix of requests as a gateway sees them, with and without assistant turns at their end, and a plain reading of docs/prefill.md that says
 * what must be counted for each. Shared by the host model and the real Envoy.
 */
import type { Random } from "../fuzz/random.ts";
import { PREFILL, QUESTION, REFUSING, TAKING } from "./support.ts";

const MODES = ["passthrough", "strip", "reframe", "reject", "route", "closed"] as const;
const KINDS = [
  "none",
  "text",
  "json",
  "empty",
  "thinking",
  "tool_use",
  "continuation",
  "other",
] as const;
const SURFACES = ["chat", "native", "responses"] as const;

type Mode = (typeof MODES)[number];
type Kind = (typeof KINDS)[number];
type Surface = (typeof SURFACES)[number];

const PATHS: Record<Surface, string> = {
  chat: "/v1/chat/completions",
  native: "/v1/messages",
  responses: "/v1/responses",
};

/** What is counted for one turn, and what the client is told of it. */
export interface Expected {
  action: string;
  kind: string;
  word?: string;
}

export interface MixedRequest {
  path: string;
  body: string;
  /** Undefined: nothing is counted. */
  expected: Expected | undefined;
}

const profile = (prefill: object, models: object = {}): object => ({
  provider: { type: "anthropic" },
  auth: { mode: "client" },
  prefill,
  models,
});

/** One profile for each mode, by the first segment of the path; the one that is "closed" routes to a model that refuses, too. */
export const MIX_CONFIG = {
  version: 1,
  profiles: {
    passthrough: profile({}),
    strip: profile({ mode: "strip" }),
    reframe: profile({ mode: "reframe" }),
    reject: profile({ mode: "reject" }),
    route: profile({ mode: "route", route: { profile: "taking" } }),
    closed: profile({ mode: "route", route: { profile: "refusing", fallback: "strip" } }),
    taking: profile({}, { aliases: { "*": TAKING } }),
    refusing: profile({}),
  },
  rules: MODES.map((mode) => ({ match: { path_prefix: `/${mode}` }, profile: mode })),
};

const CONTENTS: Record<Kind, unknown> = {
  none: undefined,
  text: PREFILL,
  json: '{"a":',
  empty: " ",
  thinking: [
    { type: "thinking", thinking: "a", signature: "b" },
    { type: "text", text: "So" },
  ],
  tool_use: [{ type: "tool_use", id: "toolu_1", name: "f", input: {} }],
  continuation: [{ type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} }],
  other: [{ type: "some_future_block" }],
};
/** What the OpenAI surfaces can say. */
const SAYABLE: readonly Kind[] = ["none", "text", "json", "empty"];

/** One request by chance; one in fifty is none at all. */
export function mixed(random: Random): MixedRequest {
  const mode = random.pick(MODES);
  const surface = random.pick(SURFACES);
  const kind = random.pick(surface === "native" ? KINDS : SAYABLE);
  const model = random.oneIn(4) ? TAKING : REFUSING;
  const path = `/${mode}${PATHS[surface]}`;
  if (random.oneIn(50)) return { path, body: '{"model":', expected: undefined };
  const content = CONTENTS[kind];
  const list = content === undefined ? [QUESTION] : [QUESTION, { role: "assistant", content }];
  const own = surface === "responses" ? { input: list } : { max_tokens: 9, messages: list };
  const expected = kind === "none" ? undefined : eventOf(mode, kind, surface, model === REFUSING);
  return { path, body: JSON.stringify({ model, ...own }), expected };
}

/** The rows of docs/prefill.md, "What is done". */
function eventOf(mode: Mode, kind: Kind, surface: Surface, refuses: boolean): Expected {
  if (kind === "continuation") return { action: kind, kind };
  const drops = surface !== "native" || (refuses && mode !== "passthrough");
  if (kind === "empty" && drops) return { action: "drop_empty", kind, word: "empty-dropped" };
  if (!refuses) return { action: "passthrough", kind };
  if (kind === "tool_use") return { ...DONE.passthrough, kind };
  return { ...(mode === "reframe" && kind === "other" ? DONE.reject : DONE[mode]), kind };
}

/** What a mode does to a turn that it is for. */
const DONE: Record<Mode, { action: string; word: string }> = {
  passthrough: { action: "passthrough", word: "passthrough" },
  strip: { action: "strip", word: "stripped" },
  reframe: { action: "reframe", word: "reframed" },
  reject: { action: "reject", word: "rejected" },
  route: { action: "route", word: "routed" },
  closed: { action: "route_unsupported", word: "stripped" },
};

/** Adds one to a tally. */
export function add(tally: Record<string, number>, key: string, more = 1): void {
  tally[key] = (tally[key] ?? 0) + more;
}

/** Counters of turns by action and kind, whatever other labels they have. */
export function countersOf(metrics: Record<string, number>): Record<string, number> {
  const tally: Record<string, number> = {};
  for (const [name, value] of Object.entries(metrics)) {
    if (!name.includes("bridge_prefill_total.")) continue;
    const labels = new Map(
      [...name.matchAll(/\.(\w+)\.=([^;]*);/g)].map(([, label, text]) => [label, text]),
    );
    add(tally, `${labels.get("action")}/${labels.get("kind")}`, value);
  }
  return tally;
}
