/**
 * Errors in Anthropic's shape: `{"type":"error","error":{"type","message"},"request_id"}`. Source: Anthropic API reference, "Errors";
 * docs/errors.md.
 */
import * as L from "../../bytes/literals";
import { literalLen, literalPtr } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { escapeInto } from "../../json/string";
import { ErrorType, errorTypeName } from "../../wire/anthropic/error_types";
import { ERROR, typeOfStatus } from "../../wire/upstream_error";
import { putUpstreamText } from "./openai_error";
import { problemMessage, problemStatus } from "./problem";

/** Appends an error of ours with a literal message; the type follows the status. */
export function putAnthropicError(out: Writer, status: u32, message: usize): void {
  putOpening(out, typeOfStatus(status));
  escapeInto(out, literalPtr(message), literalLen(message));
  out.literal(L.ANTHROPIC_ERROR_CLOSE);
}

/** Appends the problem noted last. */
export function putAnthropicProblem(out: Writer): void {
  putOpening(out, typeOfStatus(problemStatus));
  escapeInto(out, problemMessage.start, problemMessage.length);
  out.literal(L.ANTHROPIC_ERROR_CLOSE);
}

/** Appends the upstream's error that was read last (wire/upstream_error.ts). */
export function putAnthropicUpstream(out: Writer, status: u32): void {
  putOpening(out, ERROR.type == ErrorType.Unknown ? typeOfStatus(status) : ERROR.type);
  out.put(ERROR.messagePtr + 1, ERROR.messageLen - 2);
  out.literal(L.ANTHROPIC_ERROR_CLOSE);
}

/** Appends an error for a body that is no error that we can read. */
export function putAnthropicText(out: Writer, status: u32, ptr: usize, len: u32): void {
  putOpening(out, typeOfStatus(status));
  putUpstreamText(out, status, ptr, len);
  out.literal(L.ANTHROPIC_ERROR_CLOSE);
}

function putOpening(out: Writer, type: ErrorType): void {
  out.literal(L.ANTHROPIC_ERROR_OPEN);
  out.literal(errorTypeName(type));
  out.literal(L.ANTHROPIC_ERROR_MESSAGE);
}
