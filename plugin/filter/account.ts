/** Keeps of an exchange what logs, filter state and headers tell of it, only where the configuration wants that. */
import { unixNanos } from "../abi/host";
import { Arena, closeArena, openArena } from "../bytes/arena";
import { openStruct } from "../bytes/records";
import { SpanTable } from "../bytes/span_table";
import { makeWriter, Writer } from "../bytes/writer";
import { putBetaList } from "../policy/beta_lists";
import { Betas } from "../policy/betas";
import { LogLines, Profile, ResponseHeaders } from "../policy/config";
import { askedModelLen, askedModelPtr, sentModelLen, sentModelPtr } from "../policy/model_label";
import { Account } from "./account_state";
import { requestIdHeader } from "./response_headers";
import { ResponseHeader } from "./response_headers_table";
import { StreamState } from "./stream";

const ARENA_BYTES: u32 = 500;
const ARENA_CAP: u32 = 65536;
/** Longer texts are cut. */
const LONGEST: u32 = 256;
const LONGEST_BETAS: u32 = 4096;
const LIST: Writer = makeWriter();

/** Opens the account of a stream; again when the profile is another one. */
export function openAccount(stream: StreamState, profile: Profile): void {
  const wanted =
    profile.exports != 0 ||
    profile.logLines == LogLines.Requests ||
    profile.responseHeaders == ResponseHeaders.All;
  if (!wanted || stream.account != null) return;
  const arena = openArena(ARENA_BYTES, ARENA_CAP);
  if (arena == null) return;
  const account = openStruct<Account>(arena);
  if (account == null) {
    closeArena(arena);
    return;
  }
  account.arena = arena;
  account.startedNs = unixNanos();
  stream.account = account;
}

/** Frees it. */
export function closeAccount(stream: StreamState): void {
  const account = stream.account;
  if (account != null) closeArena(account.arena);
  stream.account = null;
}

/** Notes the names of the model that was settled last. */
export function noteModels(stream: StreamState): void {
  const account = stream.account;
  if (account == null) return;
  account.modelLen = cut(sentModelLen);
  account.modelPtr = keep(account.arena, sentModelPtr, account.modelLen);
  account.askedLen = cut(askedModelLen);
  account.askedPtr = keep(account.arena, askedModelPtr, account.askedLen);
}

/** Notes the tokens that go upstream. */
export function noteBetaList(stream: StreamState, betas: Betas): void {
  const account = stream.account;
  if (account == null || betas.sent.count == 0) return;
  LIST.begin(256, LONGEST_BETAS);
  putBetaList(LIST, betas);
  if (LIST.failed) return;
  account.betasLen = LIST.length;
  account.betasPtr = keep(account.arena, LIST.start, LIST.length);
}

/** Notes the id of the upstream's answer. */
export function noteUpstreamId(stream: StreamState, headers: SpanTable): void {
  const account = stream.account;
  if (account == null) return;
  const found = requestIdHeader(headers);
  const header = found != ResponseHeader.Unknown ? found : ResponseHeader.XRequestId;
  account.idLen = cut(headers.len(header));
  account.idPtr = keep(account.arena, headers.ptr(header), account.idLen);
}

function cut(len: u32): u32 {
  return min(len, LONGEST);
}

/** Without memory the text is not told. */
function keep(arena: Arena, ptr: usize, len: u32): usize {
  return len == 0 ? 0 : arena.keep(ptr, len);
}
