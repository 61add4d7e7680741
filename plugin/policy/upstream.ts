/**
 * The upstream of a profile: which paths it has, and where model, version, stream and betas go. Filled when the configuration is read
 * (config/provider.ts) from a row of the provider table and what the profile says; immutable afterwards. Every surface builds its
 * paths here. Source: docs/providers.md.
 */
import { Ascii, isDigit, isLetter } from "../bytes/ascii";
import { byteAt, findLiteral, literalLen } from "../bytes/compare";
import { putPercent } from "../bytes/percent";
import { TextList } from "../bytes/text_list";
import { Writer } from "../bytes/writer";
import { hasWord } from "../bytes/words";
import { MODEL_PLACE } from "./config/texts";
import { ProviderRow, providerText, UpstreamKind, UpstreamPath } from "./provider_rows";

/** Longest name of a model in a path; Bedrock's ARNs have at most 2048 characters. */
const LONGEST_MODEL: u32 = 2048;

@unmanaged
@final
export class Upstream {
  kind: UpstreamKind;
  row: ProviderRow; // what this kind can do; static
  paths: TextList; // by UpstreamPath, with base path, everything filled in but {model}; length 0: there is none
  queryPtr: usize; // of every path
  queryLen: u32;
  modelAlways: bool; // the body names the model, whatever the path has
  modelNever: bool; // the body never names the model
  streamInBody: bool;
  versionInBody: bool;
  betasInBody: bool;
  eventStream: bool; // streams are AWS event streams
  versionPtr: usize; // of the route, else the kind's
  versionLen: u32;
  authorityPtr: usize; // 0: `:authority` stays
  authorityLen: u32;
  pathNeedsBody: bool; // the path of a message depends on its model, or on whether it is streamed
}

/** True when the upstream has it; what it lacks is answered by a 400 that names it. */
export function hasPath(upstream: Upstream, path: UpstreamPath): bool {
  return upstream.paths.len(path) > 0;
}

/** The path for a message. */
export function messagesPath(stream: bool): UpstreamPath {
  return stream ? UpstreamPath.MessagesStream : UpstreamPath.Messages;
}

/** True when a path holds the name of the model. */
export function isModelInPath(upstream: Upstream, path: UpstreamPath): bool {
  return modelPlace(upstream, path) != 0;
}

/** True when a body that goes to a path names the model. */
export function isModelInBody(upstream: Upstream, path: UpstreamPath): bool {
  return upstream.modelAlways || (!upstream.modelNever && !isModelInPath(upstream, path));
}

/** True when the name of a model can stand in a path: not too long, and no segment that is one level up. */
export function fitsInPath(ptr: usize, len: u32): bool {
  if (len == 0 || len > LONGEST_MODEL) return false;
  for (let i: u32 = 0; i < len; i++) if (byteAt(ptr + i) != <u32>Ascii.Dot) return true;
  return false;
}

/**
 * Appends a path that the upstream has, without query; what goes on behind it (an id) may follow, then `endPath`. `modelPtr` is the
 * upstream's name of the model, unescaped; it must fit where `isModelInPath` says so, and is not looked at otherwise.
 */
export function beginPath(
  out: Writer,
  upstream: Upstream,
  path: UpstreamPath,
  modelPtr: usize,
  modelLen: u32,
): void {
  const ptr = upstream.paths.ptr(path);
  const len = upstream.paths.len(path);
  const place = modelPlace(upstream, path);
  if (place == 0) {
    out.put(ptr, len);
    return;
  }
  out.put(ptr, <u32>(place - ptr));
  putModel(out, upstream, modelPtr, modelLen);
  const rest = place + literalLen(MODEL_PLACE);
  out.put(rest, <u32>(ptr + len - rest));
}

/** Ends a path: the upstream's query, and the client's behind it (without question mark; length 0: none). */
export function endPath(out: Writer, upstream: Upstream, queryPtr: usize, queryLen: u32): void {
  if (upstream.queryLen + queryLen == 0) return;
  out.byte(Ascii.Question);
  out.put(upstream.queryPtr, upstream.queryLen);
  if (upstream.queryLen > 0 && queryLen > 0) out.byte(Ascii.Ampersand);
  out.put(queryPtr, queryLen);
}

/** True when a member of the body is left out, because the upstream refuses it. */
export function dropsMember(row: ProviderRow, ptr: usize, len: u32): bool {
  return hasWord(providerText(row.dropsAt), row.dropsLen, ptr, len);
}

/** True when a member of the body is refused, because the upstream refuses it and the request would mean something else without. */
export function refusesMember(row: ProviderRow, ptr: usize, len: u32): bool {
  return hasWord(providerText(row.refusesAt), row.refusesLen, ptr, len);
}

/** Address of `{model}` in a path, 0 when it is not there. */
function modelPlace(upstream: Upstream, path: UpstreamPath): usize {
  return findLiteral(upstream.paths.ptr(path), upstream.paths.len(path), MODEL_PLACE);
}

function putModel(out: Writer, upstream: Upstream, ptr: usize, len: u32): void {
  const strict = upstream.row.strictEscape != 0;
  for (let i: u32 = 0; i < len; i++) {
    const c = byteAt(ptr + i);
    if (isUnreserved(c) || (!strict && isSegmentByte(c))) out.byte(c);
    else putPercent(out, c);
  }
}

/** Source: RFC 3986, section 2.3. */
function isUnreserved(c: u32): bool {
  if (isLetter(c) || isDigit(c)) return true;
  return c == Ascii.Minus || c == Ascii.Dot || c == Ascii.Underscore || c == Ascii.Tilde;
}

/** What a path segment may hold beside the unreserved bytes and still be one. Source: RFC 3986, section 3.3, `pchar`. */
function isSegmentByte(c: u32): bool {
  switch (c) {
    case Ascii.At:
    case Ascii.Colon:
    case Ascii.Bang:
    case Ascii.Dollar:
    case Ascii.Ampersand:
    case Ascii.Apostrophe:
    case Ascii.ParenOpen:
    case Ascii.ParenClose:
    case Ascii.Star:
    case Ascii.Plus:
      return true;
    default:
      return c == Ascii.Comma || c == Ascii.Semicolon || c == Ascii.Equals;
  }
}
