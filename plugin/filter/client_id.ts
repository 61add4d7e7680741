/**
 * Who the client is, where the configuration says how to tell. It stands in metrics, logs and filter state, and rules may ask for it.
 * Source: docs/observability.md, "Clients".
 */
import { readProperty, resultLen, resultPtr } from "../abi/host";
import { Status } from "../abi/numbers";
import {
  nextPair,
  openPairs,
  pairNameLen,
  pairNamePtr,
  pairValueLen,
  pairValuePtr,
} from "../abi/pairs";
import { equals, fnv1a64 } from "../bytes/compare";
import { allocate, release } from "../bytes/heap";
import { copyTrusted } from "../bytes/copy";
import { putHexU64 } from "../bytes/hex";
import { LABEL_BYTES } from "../bytes/label_table";
import { putPlain } from "../bytes/plain";
import { makeWriter, Writer } from "../bytes/writer";
import { Profile } from "../policy/config";
import { headerBlock, headerBlockLen } from "./request_headers";
import { StreamState } from "./stream";

const NAME: Writer = makeWriter();

/** Keeps the client of a request whose headers were read last; again when the profile is another one. */
export function noteClient(stream: StreamState, profile: Profile): void {
  forgetClient(stream);
  if (!findClient(profile)) return;
  NAME.begin(LABEL_BYTES, LABEL_BYTES);
  if (profile.clientHash) putHexU64(NAME, fnv1a64(clientPtr, clientLen));
  else putPlain(NAME, clientPtr, min(clientLen, LABEL_BYTES));
  const ptr = allocate(NAME.length);
  if (ptr == 0) return;
  copyTrusted(ptr, NAME.start, NAME.length);
  stream.clientPtr = ptr;
  stream.clientLen = NAME.length;
}

/** Frees what was kept. */
export function forgetClient(stream: StreamState): void {
  release(stream.clientPtr, stream.clientLen);
  stream.clientPtr = 0;
  stream.clientLen = 0;
}

/** What was found, as the client or the host wrote it. */
let clientPtr: usize = 0;
let clientLen: u32 = 0;

/** The first of the configured headers that is not empty, else the property. False: nothing tells. */
function findClient(profile: Profile): bool {
  const names = profile.clientHeaders;
  for (let i: u32 = 0; i < names.count; i++) {
    if (findHeader(names.ptr(i), names.len(i))) return true;
  }
  if (profile.clientProperty == 0) return false;
  if (readProperty(profile.clientProperty) != Status.Ok || resultLen == 0) return false;
  clientPtr = resultPtr;
  clientLen = resultLen;
  return true;
}

function findHeader(name: usize, len: u32): bool {
  openPairs(headerBlock, headerBlockLen);
  while (nextPair()) {
    if (pairNameLen != len || pairValueLen == 0 || !equals(pairNamePtr, name, len)) continue;
    clientPtr = pairValuePtr;
    clientLen = pairValueLen;
    return true;
  }
  return false;
}
