/** When a row of the beta table asks for its token: features, conditions of the configuration, models. */
import { Arena } from "../bytes/arena";
import { anyMatches } from "../bytes/glob";
import { StructArray } from "../bytes/struct_array";
import { MOST_PATHS, openPathSet, PathSet } from "../json/paths";
import { ModelTraits, ThinkingClass } from "../translate/traits";
import { BetaCondition, BetaGate, BetaRow } from "./beta_table";
import { Betas, BetaState } from "./betas";

/** True when the row asks for its token. */
export function asksFor(betas: Betas, row: BetaRow, state: BetaState): bool {
  const asked =
    (row.features & betas.features) != 0 || state.holds || isAt(row.when, betas.endpoint);
  if (!asked) return false;
  if ((row.unlessFeatures & betas.features) != 0 || state.vetoed) return false;
  return !isAt(row.unless, betas.endpoint) && isForModel(betas, row);
}

function isAt(conditions: StructArray<BetaCondition>, endpoint: u32): bool {
  for (let i: u32 = 0; i < conditions.count; i++) {
    if ((conditions.at(i).endpoints & endpoint) != 0) return true;
  }
  return false;
}

function isForModel(betas: Betas, row: BetaRow): bool {
  const traits = betas.traits;
  if (traits != null && !passes(row.gate, traits)) return false;
  if (row.models.count == 0) return true;
  return (
    anyMatches(row.models, betas.askedPtr, betas.askedLen) ||
    anyMatches(row.models, betas.sentPtr, betas.sentLen)
  );
}

function passes(gate: BetaGate, traits: ModelTraits): bool {
  switch (gate) {
    case BetaGate.Interleaved:
      return traits.interleaved;
    case BetaGate.Effort:
      return traits.thinking == ThinkingClass.Budget;
    default:
      return true;
  }
}

/** Asks the outgoing body what configured rows want to know of it. False without memory. */
export function askBody(betas: Betas, arena: Arena, ptr: usize, len: u32): bool {
  const rows = betas.config.betas;
  let first: u32 = 0;
  while (first < rows.count) {
    const set = openPathSet(arena);
    if (set == null) return false;
    let end = first;
    for (; end < rows.count; end++) {
      const row = rows.at(end);
      if (set.paths.count + countPaths(row.when) + countPaths(row.unless) > MOST_PATHS) break;
      if (!addPaths(set, row.when, end << 1)) return false;
      if (!addPaths(set, row.unless, (end << 1) | 1)) return false;
    }
    set.walk(ptr, len);
    takeAnswers(betas, set);
    first = end;
  }
  return true;
}

function countPaths(conditions: StructArray<BetaCondition>): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < conditions.count; i++) {
    if (conditions.at(i).pathPtr != 0) count += 1;
  }
  return count;
}

/** Adds the paths of conditions; `id` is the row's number, doubled, and 1 for a veto. */
function addPaths(set: PathSet, conditions: StructArray<BetaCondition>, id: u32): bool {
  for (let i: u32 = 0; i < conditions.count; i++) {
    const condition = conditions.at(i);
    if (condition.pathPtr == 0) continue;
    const path = set.add(condition.pathPtr, condition.pathLen, condition.test);
    if (path == null) return false;
    path.id = id;
    path.textPtr = condition.prefixPtr;
    path.textLen = condition.prefixLen;
    path.values = condition.values;
  }
  return true;
}

function takeAnswers(betas: Betas, set: PathSet): void {
  for (let i: u32 = 0; i < set.paths.count; i++) {
    const path = set.paths.at(i);
    if (!path.hit) continue;
    const state = betas.states.at(path.id >> 1);
    if ((path.id & 1) == 0) state.holds = true;
    else state.vetoed = true;
  }
}
