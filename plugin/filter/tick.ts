/**
 * The watch for a missing `allow_on_headers_stop_iteration`. Without that flag a held request never gets a body callback and
 * would hang; the ABI cannot say whether the flag is set. What can be seen: `request.total_size` grows although no body
 * callback came. A client that has sent nothing yet does not grow it. Until a root context has seen its first held body callback, a
 * tick looks; then never again. Source: docs/hosts.md, "The missing flag".
 */
import {
  canHoldAnswers,
  logLine,
  readProperty,
  resultLen,
  resultPtr,
  setTickPeriod,
  useContext,
} from "../abi/host";
import { LogLevel, Status } from "../abi/numbers";
import { literalLen, literalPtr, readU64 } from "../bytes/compare";
import * as L from "../bytes/literals";
import { replyError } from "./reply";
import { RootState } from "./root_state";
import { Phase, StreamState } from "./stream";
import { streamAt, streamSlots } from "./registry";

const TICK_MS: u32 = 500;

/** `request.total_size` of the current context: header and body bytes received; 0 where it is unknown. */
export function requestTotalSize(): u64 {
  if (readProperty(L.P_TOTAL_SIZE) != Status.Ok || resultLen != 8) return 0;
  return readU64(resultPtr);
}

/** Starts the watch for a request whose headers are now held. */
export function watch(stream: StreamState): void {
  const root = stream.root;
  if (root.holdProven || !canHoldAnswers()) return;
  stream.totalSize = requestTotalSize();
  if (root.ticking) return;
  root.ticking = true;
  setTickPeriod(TICK_MS);
}

/** A held request got its body: the flag is set, nobody needs watching any more. */
export function proveHold(root: RootState): void {
  if (root.holdProven || !canHoldAnswers()) return;
  root.holdProven = true;
  if (root.ticking) setTickPeriod(0);
  root.ticking = false;
}

/** One tick: answers every held request whose body arrives past us. */
export function watchHeldRequests(root: RootState): void {
  let waiting: u32 = 0;
  for (let i: u32 = 0; i < streamSlots(); i++) {
    const stream = streamAt(i);
    if (stream == null || stream.root != root || stream.phase != Phase.Waiting) continue;
    if (!answerIfGrown(root, stream)) waiting += 1;
  }
  useContext(root.id);
  if (waiting > 0) return;
  root.ticking = false;
  setTickPeriod(0);
}

function answerIfGrown(root: RootState, stream: StreamState): bool {
  if (useContext(stream.id) != Status.Ok) return true;
  if (requestTotalSize() <= stream.totalSize) return false;
  if (!root.flagLogged) {
    root.flagLogged = true;
    logLine(LogLevel.Critical, literalPtr(L.LOG_NOT_HELD), literalLen(L.LOG_NOT_HELD));
  }
  replyError(stream, 500, L.CODE_CONFIGURATION, L.TEXT_NOT_HELD, 0);
  return true;
}
