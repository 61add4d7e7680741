/** Effort words and budgets, from one to the other. Source: docs/chat.md, "Reasoning". */
import { EffortWord } from "../../wire/openai/effort_words";
import { Effort } from "../traits";

/** The least budget that the API takes. */
export const BUDGET_MIN: u32 = 1024;
/** Above it Anthropic advises batch processing: longer than connections live. */
const BUDGET_CAP: u64 = 32_000;
const MEDIUM_FROM: u32 = 4096;
const HIGH_FROM: u32 = 16_384;

/** Budget for an effort: a share of `maxTokens` above the least; `capped` where long answers are to be avoided. */
export function budgetOf(word: EffortWord, maxTokens: u32, capped: bool): u32 {
  const room: u64 = maxTokens > BUDGET_MIN ? maxTokens - BUDGET_MIN : 0;
  const budget = <u64>BUDGET_MIN + (room * perMille(word)) / 1000;
  return <u32>(capped && budget > BUDGET_CAP ? BUDGET_CAP : budget);
}

/** Source of minimal to high: maximhq/bifrost, core/providers/anthropic; the last two are ours. */
function perMille(word: EffortWord): u64 {
  switch (word) {
    case EffortWord.Minimal:
      return 25;
    case EffortWord.Low:
      return 150;
    case EffortWord.Medium:
      return 425;
    case EffortWord.Xhigh:
      return 900;
    case EffortWord.Max:
      return 950;
    default:
      return 800;
  }
}

/** Effort for a budget; never the two highest, which no budget asks for. */
export function effortOf(budget: u32): EffortWord {
  if (budget < MEDIUM_FROM) return EffortWord.Low;
  return budget < HIGH_FROM ? EffortWord.Medium : EffortWord.High;
}

/** The highest effort of `efforts` (bits of Effort) that is not above `word`, else the lowest; Unknown when it is empty. */
export function fitEffort(word: EffortWord, efforts: u32): EffortWord {
  for (let at: u32 = word; at >= <u32>EffortWord.Low; at--) {
    if ((efforts & effortBit(at)) != 0) return at;
  }
  for (let at: u32 = EffortWord.Low; at <= <u32>EffortWord.Max; at++) {
    if ((efforts & effortBit(at)) != 0) return at;
  }
  return EffortWord.Unknown;
}

function effortBit(word: EffortWord): u32 {
  switch (word) {
    case EffortWord.Low:
      return Effort.Low;
    case EffortWord.Medium:
      return Effort.Medium;
    case EffortWord.High:
      return Effort.High;
    case EffortWord.Xhigh:
      return Effort.Xhigh;
    default:
      return Effort.Max;
  }
}
