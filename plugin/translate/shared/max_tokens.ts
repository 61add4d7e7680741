/** `max_tokens`. Source: docs/chat.md, "max_tokens". */
import * as L from "../../bytes/literals";
import { NOT_AN_INTEGER, readInteger } from "../../json/number";
import { Facts, Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { atMember, refuse, refuseType } from "./problem";

/** Larger bodies on older models: input + max_tokens may exceed the window, which they answer with 400. */
const LARGE_BODY: u32 = 300_000;
const CAREFUL: u32 = 8192;

/** The value decided last; `givenMaxTokens` says whether the client named it. */
export let maxTokens: u32 = 0;
export let givenMaxTokens: bool = false;

/**
 * Decides `maxTokens` from the client's number (`len` 0: absent; `member` names it in a problem). A number above the model's
 * maximum is lowered, never by a guessed row.
 */
export function decideMaxTokens(
  ptr: usize,
  len: u32,
  member: usize,
  plan: Plan,
  facts: Facts,
): bool {
  givenMaxTokens = false;
  if (len > 0) {
    const value = readInteger(ptr, len);
    atMember(member);
    if (value == NOT_AN_INTEGER) return refuseType(L.TEXT_AN_INTEGER);
    if (value < -1) return refuse(400, L.CODE_INTEGER_BELOW, L.TEXT_MAX_TOKENS_BELOW);
    if (value >= 0) {
      givenMaxTokens = true;
      maxTokens = <u32>value;
      const traits = plan.traits;
      if (!traits.known || maxTokens <= traits.maxOutput) return true;
      maxTokens = traits.maxOutput;
      note(facts, Adaptation.ClampedMaxTokens);
      return true;
    }
  }
  maxTokens = defaultMaxTokens(plan);
  return true;
}

/** OpenAI's "no limit": the configured default, else what the model can give. */
function defaultMaxTokens(plan: Plan): u32 {
  if (plan.defaultMaxTokens > 0) return plan.defaultMaxTokens;
  if (plan.bifrost) return 4096;
  let value = plan.traits.maxOutput;
  if (!plan.traits.windowStops && plan.bodyBytes > LARGE_BODY && value > CAREFUL) value = CAREFUL;
  if (plan.capMaxTokens > 0 && value > plan.capMaxTokens) value = plan.capMaxTokens;
  return value;
}

/** Tokens that an answer gets besides a budget which the client named without a limit. */
const BESIDE_BUDGET: u64 = 4096;

/** Raises a `maxTokens` that the client did not name so that a thinking budget fits, up to what the model can give. */
export function raiseMaxTokens(budgetTokens: u32, plan: Plan): void {
  let needed = <u64>budgetTokens + BESIDE_BUDGET;
  const traits = plan.traits;
  if (traits.known && needed > <u64>traits.maxOutput) needed = traits.maxOutput;
  if (needed > <u64>maxTokens)
    maxTokens = needed < <u64>u32.MAX_VALUE ? <u32>needed : u32.MAX_VALUE;
}
