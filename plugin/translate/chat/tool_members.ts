/**
 * Chat Completions: everything that makes `tools` and `tool_choice`: tools, legacy functions, web search, and the tool of ours
 * whose input is a schema-bound answer. Decided before anything is written. Source: docs/chat.md, "Tools".
 */
import * as L from "../../bytes/literals";
import { Writer } from "../../bytes/writer";
import { ChatKey } from "../../wire/openai/chat_keys";
import { Feature, Plan } from "../plan";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { separate } from "../shared/blocks";
import { checkKeptNames, prepareNames } from "../shared/names";
import { refuseMemory } from "../shared/problem";
import { settleFormat } from "../shared/settle_format";
import { endTools, openOutputFormat, OutputFormat } from "../shared/structured_output";
import {
  beginToolChoice,
  readLegacyChoice,
  readToolChoice,
  settleToolChoice,
} from "../shared/tool_choice";
import { putTools } from "../shared/tools";
import { pairFunctions, readFunctions } from "./legacy";
import { ClientRequest } from "../shared/client_request";
import { readResponseFormat } from "./response_format";
import { putWebSearch, readWebSearch, searchToolName } from "./web_search";

/** Decides tools, names and choice; `out` is scratch space. False with a problem. Whether a call is forced is known afterwards. */
export function prepareTools(out: Writer, request: ClientRequest, plan: Plan): bool {
  const talk = request.talk;
  if (!takeFunctions(request)) return false;
  pairFunctions(talk);
  if (!readWebSearch(request, plan)) return false;
  if (!prepareNames(out, talk, searchToolName(), request.facts)) return false;
  return checkKeptNames(talk) && prepareChoice(out, request, plan);
}

/** `functions` are tools when there are no others. */
function takeFunctions(request: ClientRequest): bool {
  const members = request.members;
  const talk = request.talk;
  const ptr = members.ptr(ChatKey.Functions);
  if (!members.has(ChatKey.Functions)) return true;
  if (talk.tools.count > 0) {
    note(request.facts, Adaptation.DroppedFunctions);
    return true;
  }
  const len = members.len(ChatKey.Functions);
  if (!readFunctions(request.cursor, ptr, len, talk, request.maxTools)) return false;
  request.facts.legacyFunctions = talk.tools.count > 0;
  return true;
}

function prepareChoice(out: Writer, request: ClientRequest, plan: Plan): bool {
  const members = request.members;
  const talk = request.talk;
  const legacy = request.facts.legacyFunctions;
  const serial = talk.tools.count > 0 && members.len(ChatKey.ParallelToolCalls) == 5; // false
  // A legacy answer holds one call, whatever else the client says.
  beginToolChoice(legacy || (serial && !plan.bifrost));
  if (serial && plan.bifrost) note(request.facts, Adaptation.DroppedParallelToolCalls);
  if (talk.tools.count == 0) return true;
  const key = legacy ? ChatKey.FunctionCall : ChatKey.ToolChoice;
  const ptr = members.ptr(key);
  const len = members.len(key);
  if (len > 0) {
    const read = legacy
      ? readLegacyChoice(ptr, len, request.cursor)
      : readToolChoice(out, ptr, len, request.cursor, talk, request.facts);
    if (!read) return false;
  }
  settleToolChoice(talk, plan, request.facts);
  return true;
}

/** Decides how a schema-bound answer is had, once thinking is decided; null with a problem. `out` is scratch space. */
export function prepareFormat(
  out: Writer,
  request: ClientRequest,
  plan: Plan,
): OutputFormat | null {
  const facts = request.facts;
  const talk = request.talk;
  const format = openOutputFormat(talk.arena);
  if (format == null) {
    refuseMemory();
    return null;
  }
  if (!readResponseFormat(request, format)) return null;
  const alone = talk.tools.count == 0 && searchToolName() == 0;
  return settleFormat(out, format, talk, plan, facts, alone) ? format : null;
}

/** Appends `,"tools":[…]` and `,"tool_choice":…`. False with a problem. */
export function putToolMembers(
  out: Writer,
  request: ClientRequest,
  plan: Plan,
  format: OutputFormat,
): bool {
  const mark = out.mark();
  out.literal(L.K_TOOLS);
  const first = out.length;
  if (!putTools(out, first, request.talk, plan, request.facts)) return false;
  if (searchToolName() != 0) {
    separate(out, first);
    putWebSearch(out);
    request.facts.features |= Feature.WebSearch;
  }
  endTools(out, mark, first, format);
  return true;
}
