/** Counters of beta tokens. Their labels are closed sets: tokens of the built-in table, sources, outcomes, kinds of upstreams. */
import { defineMetric, incrementMetric } from "../abi/host";
import { MetricKind } from "../abi/numbers";
import { Arena, makeArena } from "../bytes/arena";
import * as L from "../bytes/literals";
import { openStructArray, StructArray } from "../bytes/struct_array";
import { makeWriter, Writer } from "../bytes/writer";
import { betaColumn } from "../policy/beta_provider";
import { builtInToken, builtInTokenLen, BetaColumn, COLUMN_COUNT } from "../policy/beta_table";
import { BetaOutcome, Betas, BetaSource } from "../policy/betas";
import { StreamState } from "./stream";

const SOURCE_COUNT: u32 = 3;
const OUTCOME_COUNT: u32 = 4;
/** Outcome of what is no token at all. */
const INVALID: u32 = 3;
/** Different labels that are counted; far more than one VM sees. */
const SLOTS: u32 = 440;
const ARENA_CAP: u32 = 65536;

/** A metric; 0: not defined yet. */
@unmanaged
@final
class Counter {
  labels: u32; // 0: free
  id: u32;
}

const ARENA: Arena = makeArena(64, ARENA_CAP);
const NAME: Writer = makeWriter();
let counters: StructArray<Counter> | null = null;

/** Counts what became of a request's tokens. A counter is defined when it is first needed. */
export function countBetas(stream: StreamState, betas: Betas): void {
  const profile = stream.profile;
  if (profile == null || !profile.metrics) return;
  const column = betaColumn(profile);
  for (let i: u32 = 0; i < betas.events.count; i++) {
    const event = betas.events.at(i);
    count(event.row, event.source, event.outcome, column, 1);
  }
  if (betas.invalid > 0) count(-1, BetaSource.Client, INVALID, column, betas.invalid);
}

function count(row: i32, source: BetaSource, outcome: u32, column: BetaColumn, times: u32): void {
  const token = <u32>(row + 1);
  const labels =
    ((token * SOURCE_COUNT + source) * OUTCOME_COUNT + outcome) * COLUMN_COUNT + column;
  const counter = findCounter(labels + 1);
  if (counter == null) return;
  if (counter.id == 0) counter.id = define(row, source, outcome, column);
  if (counter.id != 0) incrementMetric(counter.id, times);
}

/** The counter of a number of labels, which is not 0; null when there is no room for another one. */
function findCounter(labels: u32): Counter | null {
  const known = counters;
  if (known == null) return null;
  for (let i: u32 = 0; i < SLOTS; i++) {
    const counter = known.at((labels + i) % SLOTS);
    if (counter.labels == 0) counter.labels = labels;
    if (counter.labels == labels) return counter;
  }
  return null;
}

/** Makes room for the counters of this VM; without memory nothing is counted. */
export function openBetaCounters(): void {
  const made = openStructArray<Counter>(ARENA, SLOTS);
  for (let i: u32 = 0; made != null && i < SLOTS; i++) made.push();
  counters = made;
}

/** `bridge_beta_total.token.=…;.source.=…;.outcome.=…;.provider.=…;`, which Envoy's tag extraction takes apart. */
function define(row: i32, source: BetaSource, outcome: u32, column: BetaColumn): u32 {
  NAME.begin(256, 512);
  NAME.literal(L.M_BETA_TOKEN);
  if (row < 0) NAME.literal(L.M_UNKNOWN);
  else NAME.put(builtInToken(<u32>row), builtInTokenLen(<u32>row));
  NAME.literal(L.M_SOURCE);
  NAME.literal(sourceWord(source));
  NAME.literal(L.M_OUTCOME);
  NAME.literal(outcomeWord(outcome));
  NAME.literal(L.M_PROVIDER);
  NAME.literal(columnWord(column));
  NAME.literal(L.M_END);
  return NAME.failed ? 0 : defineMetric(MetricKind.Counter, NAME.start, NAME.length);
}

function sourceWord(source: BetaSource): usize {
  if (source == BetaSource.Client) return L.W_CLIENT;
  return source == BetaSource.Auto ? L.W_AUTO : L.W_CONFIG;
}

function outcomeWord(outcome: u32): usize {
  switch (outcome) {
    case BetaOutcome.Forwarded:
      return L.W_FORWARDED;
    case BetaOutcome.Renamed:
      return L.W_RENAMED;
    case BetaOutcome.Dropped:
      return L.W_DROPPED;
    default:
      return L.INVALID;
  }
}

/** The word of a kind of upstreams in metrics and log lines. */
export function columnWord(column: BetaColumn): usize {
  switch (column) {
    case BetaColumn.Anthropic:
      return L.W_ANTHROPIC;
    case BetaColumn.Azure:
      return L.W_AZURE;
    case BetaColumn.Vertex:
      return L.W_VERTEX;
    case BetaColumn.Bedrock:
      return L.W_BEDROCK;
    case BetaColumn.BedrockMessages:
      return L.W_BEDROCK_MESSAGES;
    case BetaColumn.Databricks:
      return L.W_DATABRICKS;
    default:
      return L.W_CUSTOM;
  }
}
