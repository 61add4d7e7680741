/**
 * Log lines: `messages-bridge ` and one JSON object of words, numbers and names, never of content. Lines about events are bounded: ten in
 * a second, then the next second says how many were left out. Source: docs/observability.md, "Log".
 */
import { logLine, readProperty, resultLen, resultPtr, unixNanos } from "../abi/host";
import { LogLevel, Status } from "../abi/numbers";
import { Ascii } from "../bytes/ascii";
import { putU64 } from "../bytes/decimal";
import * as L from "../bytes/literals";
import { putPlain } from "../bytes/plain";
import { makeWriter, Writer } from "../bytes/writer";
import { betaColumn } from "../policy/beta_provider";
import { Profile } from "../policy/config";
import { operationWord } from "../translate/surface";
import { columnWord } from "./beta_metrics";
import { putModelLabel } from "./metric_labels";
import { StreamState } from "./stream";

const LINE: Writer = makeWriter();
const LINE_CAP: u32 = 8192;
/** Lines about events in a second. */
const MOST: u32 = 10;
const NANOS: u64 = 1_000_000_000;

let second: u64 = 0;
let written: u32 = 0;
let suppressed: u32 = 0;

/** True when another line about an event may be written now. Tells of those that might not. */
export function mayLog(): bool {
  const now = unixNanos() / NANOS;
  if (now != second) {
    const missed = suppressed;
    second = now;
    written = 0;
    suppressed = 0;
    if (missed > 0) logSuppressed(missed);
  }
  if (written == MOST) {
    suppressed += 1;
    return false;
  }
  written += 1;
  return true;
}

function logSuppressed(lines: u32): void {
  const out = openLine(L.LOG_SUPPRESSED);
  putU64(out, lines);
  writeLine(LogLevel.Warn);
}

/** Begins a line: `head` has the name of the event and what follows it, a literal. The line is ended by `writeLine`. */
export function openLine(head: usize): Writer {
  LINE.begin(512, LINE_CAP);
  LINE.literal(L.LOG_OPEN);
  LINE.literal(head);
  return LINE;
}

/** Whose event it is, behind a member that is complete; `modelPtr`, `modelLen`: its model, length 0: by its label. */
export function putExchange(
  stream: StreamState,
  profile: Profile,
  modelPtr: usize,
  modelLen: u32,
): void {
  LINE.literal(L.LOG_OP);
  LINE.literal(operationWord(stream.operation));
  LINE.literal(L.LOG_PROFILE);
  putPlain(LINE, profile.namePtr, profile.nameLen);
  LINE.literal(L.LOG_PROVIDER);
  LINE.literal(columnWord(betaColumn(profile)));
  LINE.literal(L.LOG_MODEL);
  if (modelLen > 0) putPlain(LINE, modelPtr, min(modelLen, 256));
  else putModelLabel(LINE, stream.modelLabel);
  if (stream.clientLen > 0) {
    LINE.literal(L.LOG_CLIENT);
    LINE.put(stream.clientPtr, stream.clientLen);
  }
  LINE.literal(L.LOG_STREAM);
  LINE.literal(stream.wantsStream ? L.TRUE : L.FALSE);
}

/** Route and request, as the host knows them. */
export function putPlace(): void {
  putProperty(L.LOG_ROUTE, L.P_ROUTE_NAME);
  putProperty(L.LOG_RID, L.P_REQUEST_ID);
}

function putProperty(member: usize, path: usize): void {
  if (readProperty(path) != Status.Ok || resultLen == 0) return;
  LINE.literal(member);
  putPlain(LINE, resultPtr, min(resultLen, 256));
  LINE.byte(Ascii.Quote);
}

/** Ends the line and writes it. */
export function writeLine(level: LogLevel): void {
  LINE.byte(Ascii.BraceClose);
  if (!LINE.failed) logLine(level, LINE.start, LINE.length);
}
