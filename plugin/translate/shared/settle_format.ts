/** A schema-bound answer against thinking and tool choice, which both have a say in it. */
import { Writer } from "../../bytes/writer";
import { Facts, Plan } from "../plan";
import { Conversation } from "./conversation";
import { decideFormat, OutputFormat, OutputMode } from "./structured_output";
import { thinkingIsOn } from "./thinking";
import { chooseJsonTool } from "./tool_choice";

/**
 * Decides how a format is had, once thinking and choice are decided. `alone`: the request has no other tools. False with a problem.
 * `out` is scratch space. Source: Anthropic API documentation, "Extended thinking": a call cannot be forced while thinking is on.
 */
export function settleFormat(
  out: Writer,
  format: OutputFormat,
  talk: Conversation,
  plan: Plan,
  facts: Facts,
  alone: bool,
): bool {
  format.forcible = plan.traits.forcedChoice && !thinkingIsOn;
  if (!decideFormat(out, format, talk, plan, facts)) return false;
  if (format.mode == OutputMode.Tool)
    chooseJsonTool(format.namePtr, format.nameLen, alone, format.forcible);
  return true;
}
