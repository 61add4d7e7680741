/** What was decided about thinking, onto the writer. Source: docs/chat.md, "Reasoning". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { EffortWord, effortWordName } from "../../wire/openai/effort_words";
import { Facts, Feature, Plan } from "../plan";
import { ThinkingClass } from "../traits";
import { NO_EFFORT } from "./output_config";
import {
  dropsNativeEffort,
  thinkingBudget,
  thinkingEffort,
  thinkingIsOn,
  thinkingMode,
  ThinkingMode,
} from "./thinking";
import { ThinkingInput } from "./thinking_input";
import { putMember } from "./tools";

/** Appends `,"thinking":…` as decided last; nothing when it is absent. */
export function putThinking(out: Writer, input: ThinkingInput, plan: Plan, facts: Facts): void {
  switch (thinkingMode) {
    case ThinkingMode.Absent:
      return;
    case ThinkingMode.Copied:
      putMember(out, L.K_THINKING, input.nativePtr, input.nativeLen);
      break;
    case ThinkingMode.Disabled:
      out.literal(L.THINKING_DISABLED);
      out.byte(Ascii.BraceClose);
      break;
    case ThinkingMode.Enabled:
      out.literal(L.THINKING_ENABLED);
      putU64(out, thinkingBudget);
      putDisplay(out, input, 0);
      out.byte(Ascii.BraceClose);
      break;
    default:
      out.literal(L.THINKING_ADAPTIVE);
      // From 4.7 on the API hides thinking unless it is asked not to.
      putDisplay(
        out,
        input,
        plan.traits.thinking == ThinkingClass.Adaptive && !input.modelDisplay
          ? L.DISPLAY_SUMMARIZED
          : 0,
      );
      out.byte(Ascii.BraceClose);
      break;
  }
  if (thinkingIsOn && plan.traits.interleaved) facts.features |= Feature.Thinking;
}

/** What the client says of `display`, else a literal or nothing. */
function putDisplay(out: Writer, input: ThinkingInput, otherwise: usize): void {
  if (input.displayPtr != 0) putMember(out, L.K_DISPLAY, input.displayPtr, input.displayLen);
  else if (input.exclude) out.literal(L.DISPLAY_OMITTED);
  else if (otherwise != 0) out.literal(otherwise);
}

/** The effort for `putOutputConfig`: a literal, 0 (the client's own stays) or NO_EFFORT. */
export function effortToWrite(input: ThinkingInput, plan: Plan, facts: Facts): usize {
  if (dropsNativeEffort) return NO_EFFORT;
  const own = thinkingEffort != EffortWord.Unknown;
  if ((own || input.nativeEffort) && plan.traits.thinking == ThinkingClass.Budget)
    facts.features |= Feature.EffortBeside;
  return own ? effortWordName(thinkingEffort) : 0;
}
