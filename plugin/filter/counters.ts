/**
 * Counters with labels: a number of labels to the metric's id, defined when it is first needed. How many there may be is told from the
 * start; texts of clients' own never take the room of others. Source: docs/observability.md.
 */
import { defineMetric, incrementMetric } from "../abi/host";
import { MetricKind } from "../abi/numbers";
import { KeyMap, openKeyMap } from "../bytes/key_map";
import { makeStruct } from "../bytes/records";
import { NONE, OTHER, putName } from "./metric_labels";

/** Counters of one VM: at first, and at most (seven of eight slots). */
const FIRST_SLOTS: u32 = 256;
const SLOTS: u32 = 4096;
/** … that name a client, and that name a model and no client; further ones say `_other` instead. */
const OF_CLIENTS: u32 = 2048;
const OF_MODELS: u32 = 1024;

const MODEL_SHIFT: u64 = 16;
const LABEL_MASK: u64 = 0xffff;

const IDS: KeyMap = makeStruct<KeyMap>();
let ofClients: u32 = 0;
let ofModels: u32 = 0;

/** Makes room for counters; without memory nothing is counted. */
export function openCounters(): void {
  openKeyMap(IDS, FIRST_SLOTS, SLOTS);
}

/** Adds to the counter of a key from `keyOf`. */
export function addTo(key: u64, number: u32): void {
  let id = IDS.get(key);
  if (id == 0) id = define(key);
  if (id != 0) incrementMetric(id, number);
}

/** The id of a counter that is needed for the first time, or of the one that has its place; 0: there is no room. */
function define(key: u64): u32 {
  const client = <u32>(key & LABEL_MASK);
  const model = <u32>((key >> MODEL_SHIFT) & LABEL_MASK);
  const namesClient = isText(client);
  const namesModel = !namesClient && isText(model);
  if (namesClient && ofClients == OF_CLIENTS) return idOf(key | LABEL_MASK);
  if (namesModel && ofModels == OF_MODELS) return idOf(key | (LABEL_MASK << MODEL_SHIFT));
  const name = putName(key);
  const id = name.failed ? 0 : defineMetric(MetricKind.Counter, name.start, name.length);
  if (id == 0 || !IDS.put(key, id)) return id;
  if (namesClient) ofClients += 1;
  else if (namesModel) ofModels += 1;
  return id;
}

function isText(label: u32): bool {
  return label != NONE && label != OTHER;
}

function idOf(key: u64): u32 {
  const id = IDS.get(key);
  return id != 0 ? id : define(key);
}
