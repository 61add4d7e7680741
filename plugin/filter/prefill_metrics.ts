/** Counters of assistant turns at the end of requests. Their labels are closed sets: actions, kinds, kinds of upstreams. */
import { defineMetric, incrementMetric } from "../abi/host";
import { MetricKind } from "../abi/numbers";
import { Arena, makeArena } from "../bytes/arena";
import * as L from "../bytes/literals";
import { openStructArray, StructArray } from "../bytes/struct_array";
import { makeWriter, Writer } from "../bytes/writer";
import { betaColumn } from "../policy/beta_provider";
import { BetaColumn, COLUMN_COUNT } from "../policy/beta_table";
import { Profile } from "../policy/config";
import { PrefillAction } from "../policy/prefill";
import { PrefillKind } from "../translate/shared/prefill";
import { columnWord } from "./beta_metrics";

const ACTION_COUNT: u32 = 9;
const KIND_COUNT: u32 = 8;
/** Counters of all labels together. */
const COUNTERS: u32 = ACTION_COUNT * KIND_COUNT * COLUMN_COUNT;
const ARENA_CAP: u32 = 65536;

/** A metric; 0: not defined yet. */
@unmanaged
@final
class Counter {
  id: u32;
}

const ARENA: Arena = makeArena(64, ARENA_CAP);
const NAME: Writer = makeWriter();
let counters: StructArray<Counter> | null = null;

/** Makes room for the counters of this VM; without memory nothing is counted. */
export function openPrefillCounters(): void {
  const made = openStructArray<Counter>(ARENA, COUNTERS);
  for (let i: u32 = 0; made != null && i < COUNTERS; i++) made.push();
  counters = made;
}

/** Counts what was done to one turn. */
export function countPrefill(profile: Profile, action: PrefillAction, kind: PrefillKind): void {
  const known = counters;
  if (known == null || !profile.metrics) return;
  const column = betaColumn(profile);
  const counter = known.at((<u32>action * KIND_COUNT + kind) * COLUMN_COUNT + column);
  if (counter.id == 0) counter.id = define(action, kind, column);
  if (counter.id != 0) incrementMetric(counter.id, 1);
}

/** `bridge_prefill_total.action.=…;.kind.=…;.provider.=…;`, which Envoy's tag extraction takes apart. */
function define(action: PrefillAction, kind: PrefillKind, column: BetaColumn): u32 {
  NAME.begin(256, 512);
  NAME.literal(L.M_PREFILL_ACTION);
  NAME.literal(actionWord(action));
  NAME.literal(L.M_KIND);
  NAME.literal(kindWord(kind));
  NAME.literal(L.M_PROVIDER);
  NAME.literal(columnWord(column));
  NAME.literal(L.M_END);
  return NAME.failed ? 0 : defineMetric(MetricKind.Counter, NAME.start, NAME.length);
}

/** The word of an action in metrics and log lines. */
export function actionWord(action: PrefillAction): usize {
  switch (action) {
    case PrefillAction.Strip:
      return L.W_STRIP;
    case PrefillAction.Reframe:
      return L.W_REFRAME;
    case PrefillAction.Reject:
      return L.W_REJECT;
    case PrefillAction.Route:
      return L.W_ROUTE;
    case PrefillAction.RouteUnsupported:
      return L.W_ROUTE_UNSUPPORTED;
    case PrefillAction.DropEmpty:
      return L.W_DROP_EMPTY;
    case PrefillAction.Continuation:
      return L.W_CONTINUATION;
    default:
      return L.W_PASSTHROUGH;
  }
}

/** The word of a kind in metrics and log lines. */
export function kindWord(kind: PrefillKind): usize {
  switch (kind) {
    case PrefillKind.Text:
      return L.W_TEXT;
    case PrefillKind.Json:
      return L.W_JSON;
    case PrefillKind.Empty:
      return L.W_EMPTY;
    case PrefillKind.Thinking:
      return L.W_THINKING;
    case PrefillKind.ToolUse:
      return L.W_TOOL_USE;
    case PrefillKind.Continuation:
      return L.W_CONTINUATION;
    default:
      return L.W_OTHER;
  }
}
