/**
 * Bodies on nginx: what the filter writes goes into a variable, for the companion. The first byte is a mark: with it, nothing at all can
 * be handed over too, and every piece of an answer is answered for. Where the filter waits for more, the pieces are kept here, so that it
 * sees what it would see on a host that holds bodies. Source: docs/apisix.md.
 */
import * as L from "../bytes/literals";
import { proxy_get_buffer_bytes } from "./env";
import { canReplaceBodies, currentExchange, NginxExchange, setVariable } from "./nginx";
import { BufferType, Status } from "./numbers";
import { clearSlot, resultLen, resultPtr, setResult, SLOT, takeResult } from "./result";

const MARK: u8 = 0x2b; // "+"
const MARK_ALONE: usize = memory.data<u8>([0x2b]);
/** More than the limits of a configuration let an answer have. */
const HELD_CAP: u32 = 0x3000_0000;

/** The piece of an answer that came with this callback. */
let pieceLen: u32 = 0;
let piecePtr: usize = 0; // 0: not read yet
let isKept: bool = false; // it stands behind what was held
/** Something was handed over in this callback. */
let wasHanded: bool = false;

/** Begins a callback for the request's body. */
export function openRequest(): void {
  wasHanded = false;
}

/** True when this callback has handed a body over. */
export function handedOver(): bool {
  return wasHanded;
}

/** Hands a body, or what takes the place of a piece, to the companion. */
export function handOver(type: BufferType, ptr: usize, len: u32): Status {
  if (!canReplaceBodies()) return Status.Unimplemented;
  wasHanded = true;
  const name = type == BufferType.RequestBody ? L.P_REQUEST_BODY : L.P_RESPONSE_BODY;
  if (len == 0) return setVariable(name, MARK_ALONE, 1);
  // The mark stands in front of the body: what is there is put back, which is cheaper than a copy of the body.
  const at = ptr - 1;
  const before = load<u8>(at);
  store<u8>(at, MARK);
  const status = setVariable(name, at, len + 1);
  store<u8>(at, before);
  return status;
}

/** Begins a callback for a piece of an answer; answers how many bytes the filter is to see: what waits, and the piece. */
export function openPiece(exchange: NginxExchange, size: u32): u32 {
  wasHanded = false;
  pieceLen = size;
  piecePtr = 0;
  isKept = false;
  return exchange.held.len + size;
}

/** All that the filter is to see, as the last result. */
export function readAnswer(): Status {
  const exchange = currentExchange();
  if (exchange == null) return Status.BadArgument;
  if (exchange.held.len == 0) {
    return readPiece() ? setResult(piecePtr, pieceLen) : Status.InternalFailure;
  }
  if (!keepPiece(exchange)) return Status.InternalFailure;
  return setResult(exchange.held.ptr, exchange.held.len);
}

/** Hands over all that the filter sees, and more bytes behind it. */
export function handOverWith(ptr: usize, len: u32): Status {
  const exchange = currentExchange();
  if (exchange == null || !keepPiece(exchange)) return Status.InternalFailure;
  const held = exchange.held;
  if (!held.append(ptr, len, HELD_CAP)) return Status.InternalFailure;
  return handOver(BufferType.ResponseBody, held.ptr, held.len);
}

/**
 * Ends the callback. `waits`: nothing goes on yet. What the filter did not replace goes on as it is. Without memory nothing is handed
 * over, and the companion ends the answer.
 */
export function closePiece(exchange: NginxExchange, waits: bool): void {
  if (exchange.broken) return;
  if (waits) {
    if (keepPiece(exchange)) handOver(BufferType.ResponseBody, 0, 0);
    else exchange.broken = true;
    return;
  }
  const held = exchange.held;
  if (!wasHanded) {
    if (readAnswer() == Status.Ok) handOver(BufferType.ResponseBody, resultPtr, resultLen);
    else exchange.broken = true;
  }
  held.clear();
}

/** Answers the first piece with the reply that waits, and the others with nothing; without memory for it the companion ends the answer. */
export function handReply(exchange: NginxExchange): void {
  if (exchange.broken) return;
  const held = exchange.held;
  handOver(BufferType.ResponseBody, held.ptr, held.len);
  held.free();
}

/** Keeps the body of a reply until the host asks for the answer's first piece. */
export function keepReply(exchange: NginxExchange, ptr: usize, len: u32): void {
  exchange.replies = true;
  exchange.held.clear();
  if (!exchange.held.append(ptr, len, HELD_CAP)) exchange.broken = true;
}

/** Reads the piece, once; sizes are exact and never 0 (docs/apisix.md). */
function readPiece(): bool {
  if (piecePtr != 0 || pieceLen == 0) return true;
  clearSlot();
  takeResult(proxy_get_buffer_bytes(BufferType.ResponseBody, 0, pieceLen, SLOT, SLOT + 4));
  piecePtr = resultPtr;
  return resultLen == pieceLen;
}

/** Puts the piece behind what waits. */
function keepPiece(exchange: NginxExchange): bool {
  if (isKept || pieceLen == 0) return true;
  isKept = readPiece() && exchange.held.append(piecePtr, pieceLen, HELD_CAP);
  return isKept;
}
