/**
 * Whether the model thinks, how long, and with which effort: the client's wishes against what the model takes. Decided once
 * per request, after `max_tokens` and the list; written by thinking_put.ts. Class letters A (Budget), B (Both) and C
 * (Adaptive): docs/chat.md, "Reasoning".
 */
import * as L from "../../bytes/literals";
import { EffortWord } from "../../wire/openai/effort_words";
import { Facts, Plan } from "../plan";
import { ThinkingClass } from "../traits";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { Conversation } from "./conversation";
import { BUDGET_MIN, budgetOf, effortOf, fitEffort } from "./effort";
import { endsInAnswer, lacksThinking } from "./history";
import { givenMaxTokens, maxTokens, raiseMaxTokens } from "./max_tokens";
import { atMember, refuse } from "./problem";
import { NativeThinking, ThinkingInput } from "./thinking_input";

/** What becomes of `thinking`. */
export const enum ThinkingMode {
  /** Nothing is sent. */
  Absent = 0,
  /** The client's own value is copied. */
  Copied = 1,
  Disabled = 2,
  /** `enabled` with `thinkingBudget`. */
  Enabled = 3,
  Adaptive = 4,
}

/** The decision made last. */
export let thinkingMode: ThinkingMode = ThinkingMode.Absent;
/** Tokens; only with ThinkingMode.Enabled. */
export let thinkingBudget: u32 = 0;
/** Effort that we write; Unknown: none. */
export let thinkingEffort: EffortWord = EffortWord.Unknown;
/** The client's own effort is not sent. */
export let dropsNativeEffort: bool = false;
/** Thinking is sent as on: sampling and forced tool calls have to yield. */
export let thinkingIsOn: bool = false;

/** Decides for one request. False with a problem when a budget that the client named has no room. */
export function decideThinking(
  input: ThinkingInput,
  talk: Conversation,
  plan: Plan,
  facts: Facts,
): bool {
  thinkingMode = ThinkingMode.Absent;
  thinkingBudget = 0;
  thinkingEffort = EffortWord.Unknown;
  thinkingIsOn = false;
  dropsNativeEffort = input.nativeEffort && plan.traits.efforts == 0;
  if (plan.traits.thinking == ThinkingClass.None) {
    dropAll(input, facts);
    return true;
  }
  if (dropsNativeEffort && input.native != NativeThinking.Adaptive)
    note(facts, Adaptation.DroppedReasoning);
  if (input.native != NativeThinking.Absent) return decideNative(input, talk, plan, facts);
  if (input.budget > 0) return fromBudget(input, talk, plan, facts);
  if (input.asked == EffortWord.Unknown) return true;
  if (input.asked == EffortWord.None) {
    if (input.nativeEffort) note(facts, Adaptation.DroppedReasoning);
    else decideNone(plan, facts);
    return true;
  }
  return fromEffort(input, input.asked, talk, plan, facts);
}

/** A model that does not think: what asks for nothing is not worth a word. */
function dropAll(input: ThinkingInput, facts: Facts): void {
  dropsNativeEffort = input.nativeEffort;
  if (input.nativeEffort) note(facts, Adaptation.DroppedReasoning);
  const native = input.native != NativeThinking.Absent && input.native != NativeThinking.Disabled;
  if (native || input.budget > 0 || input.asked > EffortWord.None)
    note(facts, Adaptation.DroppedThinking);
}

/** Effort `none`. A model that cannot but think gets its least effort. */
function decideNone(plan: Plan, facts: Facts): void {
  const traits = plan.traits;
  if (traits.thinkingAlways) {
    thinkingEffort = fitEffort(EffortWord.Low, traits.efforts);
    note(facts, Adaptation.ClampedReasoning);
  } else if (traits.thinkingDefault) thinkingMode = ThinkingMode.Disabled;
}

function fromEffort(
  input: ThinkingInput,
  word: EffortWord,
  talk: Conversation,
  plan: Plan,
  facts: Facts,
): bool {
  const traits = plan.traits;
  // The guide that seed mode follows knows no other type than `enabled`.
  const enabled =
    traits.thinking == ThinkingClass.Budget ||
    (traits.thinking == ThinkingClass.Both && plan.bifrost);
  if (!enabled || !plan.bifrost) chooseEffort(input, word, plan, facts);
  if (!mayThink(input, talk, plan, facts)) return true;
  if (!enabled) {
    turnOn(ThinkingMode.Adaptive);
    return true;
  }
  if (givenMaxTokens && maxTokens <= BUDGET_MIN) {
    note(facts, Adaptation.DroppedThinking);
    return true;
  }
  return enable(budgetOf(word, maxTokens, !plan.bifrost), plan, facts);
}

function fromBudget(input: ThinkingInput, talk: Conversation, plan: Plan, facts: Facts): bool {
  const traits = plan.traits;
  const named = input.asked > EffortWord.None;
  if (traits.thinking == ThinkingClass.Adaptive) {
    chooseEffort(input, named ? input.asked : effortOf(input.budget), plan, facts);
    if (!named) note(facts, Adaptation.ClampedReasoning);
    if (mayThink(input, talk, plan, facts)) turnOn(ThinkingMode.Adaptive);
    return true;
  }
  if (named && traits.thinking == ThinkingClass.Budget && !plan.bifrost)
    chooseEffort(input, input.asked, plan, facts);
  return !mayThink(input, talk, plan, facts) || enable(input.budget, plan, facts);
}

/** The client's own `thinking`: copied where the model takes it, else put into the model's form. */
function decideNative(input: ThinkingInput, talk: Conversation, plan: Plan, facts: Facts): bool {
  const traits = plan.traits;
  const named = input.asked > EffortWord.None;
  switch (input.native) {
    case NativeThinking.Disabled:
      if (named) note(facts, Adaptation.DroppedReasoning);
      if (traits.thinkingAlways) note(facts, Adaptation.DroppedThinking);
      else thinkingMode = ThinkingMode.Copied;
      return true;
    case NativeThinking.Enabled:
      decideEnabled(input, talk, plan, facts);
      return true;
    case NativeThinking.Adaptive:
      if (traits.thinking == ThinkingClass.Budget) {
        note(facts, Adaptation.ChangedThinking);
        return fromEffort(input, wordForAdaptive(input), talk, plan, facts);
      }
      if (named) chooseEffort(input, input.asked, plan, facts);
      break;
    default:
      if (named) chooseEffort(input, input.asked, plan, facts);
      break;
  }
  turnOn(ThinkingMode.Copied);
  return true;
}

/** The client's own `enabled`. */
function decideEnabled(input: ThinkingInput, talk: Conversation, plan: Plan, facts: Facts): void {
  const named = input.asked > EffortWord.None;
  if (plan.traits.thinking == ThinkingClass.Adaptive) {
    chooseEffort(input, named ? input.asked : effortOf(input.nativeBudget), plan, facts);
    note(facts, Adaptation.ChangedThinking);
    if (mayThink(input, talk, plan, facts)) turnOn(ThinkingMode.Adaptive);
    return;
  }
  if (named && plan.traits.thinking == ThinkingClass.Budget)
    chooseEffort(input, input.asked, plan, facts);
  if (!givenMaxTokens) raiseMaxTokens(input.nativeBudget, plan);
  turnOn(ThinkingMode.Copied);
}

/** Effort that stands for `adaptive`, whose default is high. */
function wordForAdaptive(input: ThinkingInput): EffortWord {
  if (input.nativeEffort) {
    return input.nativeWord > EffortWord.None ? input.nativeWord : EffortWord.High;
  }
  return input.asked > EffortWord.None ? input.asked : EffortWord.High;
}

/** The client's own effort stays; else the nearest word that the model has. */
function chooseEffort(input: ThinkingInput, word: EffortWord, plan: Plan, facts: Facts): void {
  if (input.nativeEffort) return;
  thinkingEffort = fitEffort(word, plan.traits.efforts);
  // `minimal` is another spelling of low.
  if (thinkingEffort < word && word > EffortWord.Low && thinkingEffort != EffortWord.Unknown)
    note(facts, Adaptation.ClampedReasoning);
}

function turnOn(mode: ThinkingMode): void {
  thinkingMode = mode;
  thinkingIsOn = true;
}

/** Derived thinking yields to what the API does not take beside it: forced calls, a history without its thinking. */
function mayThink(input: ThinkingInput, talk: Conversation, plan: Plan, facts: Facts): bool {
  const traits = plan.traits;
  let refused = input.forced;
  if (!refused && traits.thinking == ThinkingClass.Budget) {
    refused = lacksThinking(talk) && (traits.historyNeedsThinking || endsInAnswer(talk));
  }
  if (refused) note(facts, Adaptation.DroppedThinking);
  return !refused;
}

/** `enabled` with a budget below `max_tokens`: what the client named is kept, what we chose makes room. */
function enable(budget: u32, plan: Plan, facts: Facts): bool {
  if (!givenMaxTokens) raiseMaxTokens(budget, plan);
  if (budget >= maxTokens) {
    if (maxTokens <= BUDGET_MIN) {
      atMember(L.REASONING_MAX_TOKENS);
      return refuse(400, L.CODE_INVALID_VALUE, L.TEXT_BUDGET_ROOM);
    }
    budget = maxTokens - 1;
    note(facts, Adaptation.ClampedReasoning);
  }
  thinkingBudget = budget;
  turnOn(ThinkingMode.Enabled);
  return true;
}
