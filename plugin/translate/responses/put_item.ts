/** Responses: one item of `output` as JSON. The same bytes in `output_item.done` and in the last event. Source: docs/responses.md, "Items of an answer". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { chunkLen, chunkPtr, HeldText } from "../../bytes/held_text";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { escapeInto } from "../../json/string";
import { putInside } from "../shared/tokens";
import { Include } from "./request";
import { ItemKind, ItemStatus, OutItem, ResponsesStream } from "./stream_state";

/** Appends the item as far as it is known. */
export function putItem(out: Writer, s: ResponsesStream, item: OutItem): void {
  switch (item.kind) {
    case ItemKind.Message:
    case ItemKind.Refusal:
      putMessage(out, s, item);
      break;
    case ItemKind.Reasoning:
    case ItemKind.Redacted:
      putReasoning(out, s, item);
      break;
    case ItemKind.Compaction:
      out.literal(L.I_COMPACTION);
      putItemId(out, s, item);
      putCompaction(out, item);
      out.byte(Ascii.BraceClose);
      return;
    default:
      putCall(out, s, item);
      break;
  }
  out.literal(L.I_STATUS);
  out.literal(statusWord(item.status));
  out.literal(L.I_CLOSE);
}

function statusWord(status: ItemStatus): usize {
  switch (status) {
    case ItemStatus.Completed:
      return L.COMPLETED;
    case ItemStatus.Incomplete:
      return L.INCOMPLETE;
    case ItemStatus.Failed:
      return L.FAILED;
    default:
      return L.IN_PROGRESS;
  }
}

/** The item's id, without quotes: made of the upstream's, or of the message's and the item's place. */
export function putItemId(out: Writer, s: ResponsesStream, item: OutItem): void {
  const prefix = idPrefix(item.kind);
  if (prefix != 0 && item.idLen > 2) {
    out.literal(prefix);
    putInside(out, item.idPtr, item.idLen);
    return;
  }
  out.literal(L.ID_MESSAGE);
  out.put(s.idPtr, s.idLen);
  out.literal(L.ID_ITEM);
  putU64(out, item.index);
}

function idPrefix(kind: ItemKind): usize {
  switch (kind) {
    case ItemKind.Function:
      return L.ID_FUNCTION;
    case ItemKind.Custom:
      return L.ID_CUSTOM;
    case ItemKind.Computer:
      return L.ID_COMPUTER;
    case ItemKind.LocalShell:
      return L.ID_LOCAL_SHELL;
    case ItemKind.Shell:
      return L.ID_SHELL;
    case ItemKind.ApplyPatch:
      return L.ID_APPLY_PATCH;
    case ItemKind.Search:
      return L.ID_SEARCH;
    case ItemKind.Mcp:
      return L.ID_MCP;
    case ItemKind.Code:
      return L.ID_CODE;
    default:
      return 0;
  }
}

function putMessage(out: Writer, s: ResponsesStream, item: OutItem): void {
  out.literal(L.I_MESSAGE);
  putItemId(out, s, item);
  out.literal(L.I_ROLE);
  if (item.hasPart) putPart(out, s, item);
  out.byte(Ascii.BracketClose);
}

/** The part that holds the item's text. */
export function putPart(out: Writer, s: ResponsesStream, item: OutItem): void {
  switch (item.kind) {
    case ItemKind.Refusal:
      out.literal(L.P_REFUSAL);
      item.text.copyTo(out);
      out.literal(L.P_CLOSE);
      break;
    case ItemKind.Message:
      out.literal(L.P_OUTPUT_TEXT);
      item.text.copyTo(out);
      out.literal(L.P_ANNOTATIONS);
      item.more.copyTo(out);
      out.literal(L.P_LOGPROBS);
      break;
    default:
      out.literal(s.own.summaries ? L.P_SUMMARY : L.P_REASONING);
      item.text.copyTo(out);
      out.literal(L.P_CLOSE);
      break;
  }
}

function putReasoning(out: Writer, s: ResponsesStream, item: OutItem): void {
  const summaries = s.own.summaries;
  const redacted = item.kind == ItemKind.Redacted;
  out.literal(L.I_REASONING);
  putItemId(out, s, item);
  out.literal(L.I_SUMMARY);
  if (summaries && item.hasPart) putPart(out, s, item);
  out.byte(Ascii.BracketClose);
  if (!summaries && !redacted) {
    out.literal(L.I_CONTENT);
    if (item.hasPart) putPart(out, s, item);
    out.byte(Ascii.BracketClose);
  }
  if (item.status != ItemStatus.InProgress) putEnvelope(out, item, redacted);
}

/** The untouched block as text inside of a string; null without a signature, for it could not be sent back. */
function putEnvelope(out: Writer, item: OutItem, redacted: bool): void {
  if (item.more.length == 0) {
    out.literal(L.I_NO_ENVELOPE);
    return;
  }
  if (redacted) out.literal(L.I_REDACTED_ENVELOPE);
  else {
    out.literal(L.I_THINKING_ENVELOPE);
    putEscaped(out, item.text);
    out.literal(L.I_ENVELOPE_SIGNATURE);
  }
  putEscaped(out, item.more);
  out.literal(L.I_ENVELOPE_CLOSE);
}

function putCompaction(out: Writer, item: OutItem): void {
  out.literal(L.I_COMPACTION_ENVELOPE);
  putEscaped(out, item.text);
  if (item.more.length > 0) {
    out.literal(L.I_ENVELOPE_ENCRYPTED);
    putEscaped(out, item.more);
  }
  out.literal(L.I_ENVELOPE_CLOSE);
}

/** One more level of quoting. */
function putEscaped(out: Writer, text: HeldText): void {
  for (let chunk = text.firstChunk(); chunk != 0; chunk = text.nextOf(chunk)) {
    escapeInto(out, chunkPtr(chunk), chunkLen(chunk));
  }
}

function putCall(out: Writer, s: ResponsesStream, item: OutItem): void {
  switch (item.kind) {
    case ItemKind.Function:
      open(out, s, item, L.I_FUNCTION);
      putCallId(out, item);
      putName(out, item);
      out.literal(L.I_ARGUMENTS);
      item.text.copyTo(out);
      out.byte(Ascii.Quote);
      break;
    case ItemKind.Custom:
      open(out, s, item, L.I_CUSTOM);
      putCallId(out, item);
      putName(out, item);
      out.literal(L.I_INPUT);
      item.text.copyTo(out);
      out.byte(Ascii.Quote);
      break;
    case ItemKind.Computer:
      open(out, s, item, L.I_COMPUTER);
      putCallId(out, item);
      putAction(out, item, L.I_ACTION);
      out.literal(L.I_NO_CHECKS);
      break;
    default:
      putHosted(out, s, item);
      break;
  }
}

function putHosted(out: Writer, s: ResponsesStream, item: OutItem): void {
  switch (item.kind) {
    case ItemKind.LocalShell:
      open(out, s, item, L.I_LOCAL_SHELL);
      putCallId(out, item);
      putAction(out, item, L.I_ACTION);
      break;
    case ItemKind.Shell:
      open(out, s, item, L.I_SHELL);
      putCallId(out, item);
      putAction(out, item, L.I_ACTION);
      out.literal(L.I_NO_ENVIRONMENT);
      break;
    case ItemKind.ApplyPatch:
      open(out, s, item, L.I_APPLY_PATCH);
      putCallId(out, item);
      putAction(out, item, L.I_OPERATION);
      break;
    case ItemKind.Search:
      open(out, s, item, L.I_SEARCH);
      out.literal(L.I_ACTION);
      item.more.copyTo(out);
      out.byte(Ascii.BraceClose);
      break;
    case ItemKind.Mcp:
      putMcp(out, s, item);
      break;
    default:
      putCode(out, s, item);
      break;
  }
}

function open(out: Writer, s: ResponsesStream, item: OutItem, opening: usize): void {
  out.literal(opening);
  putItemId(out, s, item);
  out.byte(Ascii.Quote);
}

function putCallId(out: Writer, item: OutItem): void {
  out.literal(L.I_CALL_ID);
  putToken(out, item.idPtr, item.idLen);
}

function putName(out: Writer, item: OutItem): void {
  out.literal(L.K_NAME);
  putToken(out, item.namePtr, item.nameLen);
  if (item.spacePtr == 0) return;
  out.literal(L.I_NAMESPACE);
  out.put(item.spacePtr, item.spaceLen);
}

function putToken(out: Writer, ptr: usize, len: u32): void {
  if (ptr == 0) out.literal(L.EMPTY_STRING);
  else out.put(ptr, len);
}

/** What a call does, once it is known. */
function putAction(out: Writer, item: OutItem, key: usize): void {
  if (!item.hasAction) return;
  out.literal(key);
  item.more.copyTo(out);
}

function putMcp(out: Writer, s: ResponsesStream, item: OutItem): void {
  open(out, s, item, L.I_MCP);
  out.literal(L.I_SERVER_LABEL);
  putToken(out, item.serverPtr, item.serverLen);
  out.literal(L.K_NAME);
  putToken(out, item.namePtr, item.nameLen);
  out.literal(L.I_ARGUMENTS);
  item.text.copyTo(out);
  out.literal(L.I_APPROVAL);
  if (!item.hasResult) out.literal(L.I_NO_OUTPUT);
  else if (item.status == ItemStatus.Failed) {
    out.literal(L.I_MCP_ERROR);
    item.more.copyTo(out);
    out.byte(Ascii.BraceClose);
  } else {
    out.literal(L.I_OUTPUT);
    item.more.copyTo(out);
    out.literal(L.I_NO_ERROR);
  }
}

function putCode(out: Writer, s: ResponsesStream, item: OutItem): void {
  open(out, s, item, L.I_CODE);
  out.literal(L.I_CODE_TEXT);
  item.text.copyTo(out);
  out.literal(L.I_CONTAINER);
  putToken(out, item.containerPtr, item.containerLen);
  out.literal(L.I_OUTPUTS);
  const wanted = (s.own.include & Include.CodeOutputs) != 0 && item.hasResult;
  if (!wanted) {
    out.literal(L.NULL);
    return;
  }
  if (item.more.length == 0) {
    out.literal(L.EMPTY_ARRAY);
    return;
  }
  out.literal(L.I_LOGS);
  item.more.copyTo(out);
  out.literal(L.I_LOGS_CLOSE);
}
