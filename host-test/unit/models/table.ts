/** The readable model table, and one model's traits as the plugin answers them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Probe, latin1 } from "../../support/probe.ts";

/** A row of scripts/tables/models.json; column names are the keys of `model_info`. */
export interface Row {
  families?: string[];
  max_output_tokens: number;
  window_stops: boolean;
  thinking: "none" | "enabled" | "both" | "adaptive";
  thinking_default: "disabled" | "enabled" | "always";
  sampling: "full" | "not_both" | "fixed";
  effort: string[];
  prefill: boolean;
  mid_system: boolean;
  forced_tool_choice: boolean;
  native_structured_output: boolean;
  strict_tools: boolean;
  history_needs_thinking: "never" | "off_anthropic" | "always";
  interleaved: boolean;
  source: string;
  date: string;
}

/** The whole table. */
export interface Table {
  prefixes: string[];
  rows: Row[];
  unknown_claude: Row;
  opaque: Row;
}

const FILE = fileURLToPath(new URL("../../../scripts/tables/models.json", import.meta.url));

/** A fresh copy of the table. */
export function readTable(): Table {
  return JSON.parse(readFileSync(FILE, "utf8")) as Table;
}

/** Numbers of plugin/policy/config.ts. */
export const PROVIDERS = {
  anthropic: 0,
  azure: 1,
  vertex: 2,
  bedrock: 3,
  databricks: 4,
  custom: 5,
};
export type Provider = keyof typeof PROVIDERS;

/** Fields of plugin/translate/traits.ts, in their order. */
const FIELDS = [
  "known",
  "claude",
  "maxOutput",
  "windowStops",
  "thinking",
  "thinkingDefault",
  "thinkingAlways",
  "sampling",
  "efforts",
  "prefill",
  "midSystem",
  "forcedChoice",
  "schemaOutput",
  "historyNeedsThinking",
  "strictTools",
  "interleaved",
] as const;

/** Every field as a number; flags are 0 or 1. */
export type Traits = Record<(typeof FIELDS)[number], number>;

const EFFORT_BITS: Record<string, number> = { low: 1, medium: 2, high: 4, max: 8, xhigh: 16 };

/** What the plugin must answer where `row` holds; written apart from the generator on purpose. */
export function traitsOf(row: Row, guess: "" | "claude" | "opaque", provider: Provider): Traits {
  const needs = row.history_needs_thinking;
  return {
    known: Number(guess === ""),
    claude: Number(guess !== "opaque"),
    maxOutput: row.max_output_tokens,
    windowStops: Number(row.window_stops),
    thinking: ["none", "enabled", "both", "adaptive"].indexOf(row.thinking),
    thinkingDefault: Number(row.thinking_default !== "disabled"),
    thinkingAlways: Number(row.thinking_default === "always"),
    sampling: ["fixed", "not_both", "full"].indexOf(row.sampling),
    efforts: row.effort.reduce((bits, word) => bits | EFFORT_BITS[word], 0),
    prefill: Number(row.prefill),
    midSystem: Number(row.mid_system),
    forcedChoice: Number(row.forced_tool_choice),
    schemaOutput: Number(row.native_structured_output),
    historyNeedsThinking: Number(
      needs === "always" || (needs === "off_anthropic" && provider !== "anthropic"),
    ),
    strictTools: Number(row.strict_tools),
    interleaved: Number(row.interleaved),
  };
}

/** Stands behind every name: a byte read too far would make a version of a `.` at the end. */
const DIGITS = latin1("5");

/** Cells of a `model_info` row, as bits of plugin/policy/config.ts. */
export const CELLS = {
  maxOutput: 1,
  windowStops: 2,
  thinking: 4,
  thinkingDefault: 8,
  sampling: 16,
  efforts: 32,
  prefill: 64,
  midSystem: 128,
  forcedChoice: 256,
  schemaOutput: 512,
  strictTools: 1024,
  historyNeedsThinking: 2048,
  interleaved: 4096,
};

/** A row of `model_info`, up to two globs; cells are the numbers of the plugin's enums. */
export interface Info {
  match: string[];
  like?: string;
  cells?: Partial<Record<keyof typeof CELLS, number>>;
}

/** Asks the plugin about names. */
export class ModelProbe {
  private readonly probe = new Probe();
  private readonly traits = this.probe.exports.openTraits();
  private readonly names = this.probe.exports.openModelNames();

  /** Traits of the model that `id`, one byte per character, names. */
  find(id: string, provider: Provider = "anthropic"): Traits {
    const ptr = this.put(id);
    this.probe.exports.findModel(ptr, id.length, PROVIDERS[provider], this.traits);
    this.probe.drop(ptr, id.length);
    return this.read();
  }

  /** Traits of a request that asks for one model and sends another, under these `model_info` rows. */
  resolve(info: Info[], asked: string, sent = asked, provider: Provider = "anthropic"): Traits {
    const { exports } = this.probe;
    const config = exports.openModelConfig(info.length);
    info.forEach((row, at) => this.describe(config, at, row));
    exports.setAskedName(this.names, this.put(asked), asked.length);
    exports.setSentName(this.names, this.put(sent), sent.length);
    exports.resolveModel(config, this.names, PROVIDERS[provider], this.traits);
    return this.read();
  }

  private describe(config: number, at: number, { match, like, cells = {} }: Info): void {
    const { exports } = this.probe;
    match.forEach((glob, i) => exports.setModelMatch(config, at, i, this.put(glob), glob.length));
    if (like !== undefined) exports.setModelLike(config, at, this.put(like), like.length);
    for (const [name, value] of Object.entries(cells)) {
      exports.setModelCell(config, at, CELLS[name as keyof typeof CELLS], value);
    }
  }

  private put(text: string): number {
    return this.probe.put(latin1(text), DIGITS);
  }

  private read(): Traits {
    const { exports } = this.probe;
    const entries = FIELDS.map((name, at) => [name, exports.traitsField(this.traits, at) >>> 0]);
    return Object.fromEntries(entries) as Traits;
  }
}
