/** What a request asks for, and the refusal of what is not served, from the headers alone. Source: docs/paths.md. */
import { output } from "../abi/memory";
import { openArena } from "../bytes/arena";
import { Ascii } from "../bytes/ascii";
import { decodePercent } from "../bytes/percent";
import { byteAt, equalsLiteral, literalLen, literalPtr } from "../bytes/compare";
import * as L from "../bytes/literals";
import { SpanTable } from "../bytes/span_table";
import { Endpoint, Profile, Provider } from "../policy/config";
import { UpstreamPath } from "../policy/provider_rows";
import { hasPath } from "../policy/upstream";
import { clearProblem, noteWord, quoteText, refuseWhole } from "../translate/shared/problem";
import {
  Dialect,
  findOperation,
  foundAllow,
  foundDialect,
  foundEndpoint,
  foundIdLen,
  foundIdPtr,
  foundPathLen,
  foundPathPtr,
  foundWord,
  isNativeResource,
  isResource,
  Operation,
} from "../translate/surface";
import { putNotedProblem } from "./error_body";
import { replyProblem, send } from "./reply";
import { RequestHeader } from "./request_headers_table";
import { strippedPrefix } from "./select_profile";
import { StreamState } from "./stream";

const PATH_CAP: u32 = 65536;
/** What an arena needs besides what it holds, with room to spare. */
const ARENA_HEAD: u32 = 128;

/** Tunnels are no request and answer; OPTIONS is the business of Envoy's CORS filter or of the upstream. */
export function isNotOurs(headers: SpanTable): bool {
  const ptr = headers.ptr(RequestHeader.Method);
  const len = headers.len(RequestHeader.Method);
  if (equalsLiteral(ptr, len, L.OPTIONS) || equalsLiteral(ptr, len, L.CONNECT)) return true;
  if (!headers.has(RequestHeader.Upgrade)) return false;
  // The one operation that begins with an upgrade is none that could be served.
  const operation = classify(headers);
  return operation != Operation.Unsupported || !isRealtime();
}

function isRealtime(): bool {
  return equalsLiteral(literalPtr(foundWord), literalLen(foundWord), L.REALTIME);
}

/** The operation that method and path mean. */
export function classify(headers: SpanTable): Operation {
  return findOperation(
    headers.ptr(RequestHeader.Method),
    headers.len(RequestHeader.Method),
    headers.ptr(RequestHeader.Path) + strippedPrefix,
    headers.len(RequestHeader.Path) - strippedPrefix,
    headers.has(RequestHeader.AnthropicVersion),
  );
}

/** Notes operation and dialect; answers what is not served. True when the request goes on. */
export function checkOperation(stream: StreamState, headers: SpanTable, profile: Profile): bool {
  const operation = classify(headers);
  stream.operation = operation;
  stream.dialect = foundDialect;
  clearProblem();
  if (operation == Operation.Unknown || isSwitchedOff(profile)) {
    refuseWhole(404, L.CODE_UNKNOWN_URL, L.TEXT_UNKNOWN_PATH);
    quoteText(pathPtr(headers), pathLen(headers));
    noteWord(foundDialect == Dialect.OpenAi ? L.TEXT_CHECK_URL : L.TEXT_DOT);
    replyProblem(stream);
    return false;
  }
  if (operation == Operation.WrongMethod) {
    refuseWhole(405, L.CODE_METHOD, L.TEXT_NOTHING);
    quoteText(headers.ptr(RequestHeader.Method), headers.len(RequestHeader.Method));
    noteWord(L.TEXT_NOT_ALLOWED_ON);
    quoteText(pathPtr(headers), pathLen(headers));
    noteWord(L.TEXT_DOT);
    send(stream, putNotedProblem(stream), L.CODE_METHOD, foundAllow);
    return false;
  }
  if (operation != Operation.Unsupported && isServed(operation, profile))
    return keepPathModel(stream);
  refuseOperation(profile, foundWord);
  replyProblem(stream);
  return false;
}

/** Keeps the model of `/deployments/{model}/…`; a name that no string could hold as it is, is none. */
function keepPathModel(stream: StreamState): bool {
  const isModel = stream.operation == Operation.Chat || stream.operation == Operation.Completions;
  if (!isModel || foundIdLen == 0) return true;
  const out = output();
  out.begin(foundIdLen, PATH_CAP);
  out.put(foundIdPtr, foundIdLen);
  decodePercent(out);
  const len = out.length;
  const arena = isPlain(out.start, len) ? openArena(len + ARENA_HEAD, len + ARENA_HEAD) : null;
  if (arena == null) return true;
  stream.pathArena = arena;
  stream.pathModelPtr = arena.keep(out.start, len);
  stream.pathModelLen = len;
  return true;
}

function isPlain(ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) {
    const c = byteAt(ptr + i);
    if (c < <u32>Ascii.Space || c == <u32>Ascii.Quote || c == <u32>Ascii.Backslash) return false;
  }
  return true;
}

/** `The 'X' operation is not supported by the Y provider.` The word is a literal. */
export function refuseOperation(profile: Profile, word: usize): bool {
  refuseWhole(400, L.CODE_UNSUPPORTED_OPERATION, L.TEXT_THE);
  noteWord(word);
  noteWord(L.TEXT_OPERATION_NOT);
  noteWord(providerWord(profile.provider));
  noteWord(L.TEXT_PROVIDER);
  const hasOwn = profile.provider == Provider.Bedrock || profile.provider == Provider.Vertex;
  if (hasOwn && foundEndpoint == <u32>Endpoint.Batches) noteWord(L.TEXT_OWN_BATCHES);
  return false;
}

/** The surface is none of the configuration's `endpoints`. */
function isSwitchedOff(profile: Profile): bool {
  return foundEndpoint != 0 && (profile.endpoints & foundEndpoint) == 0;
}

/** Operations that the translators know and the upstream has. */
export function isServed(operation: Operation, profile: Profile): bool {
  switch (operation) {
    case Operation.Chat:
    case Operation.Responses:
    case Operation.Completions:
    case Operation.Messages:
      return true;
    case Operation.CountTokens:
    case Operation.ResponseTokens:
      return hasPath(profile.upstream, UpstreamPath.CountTokens);
    default:
      return isResource(operation) || isNativeResource(operation);
  }
}

/** The client's path without query, behind what a rule strips. */
function pathPtr(headers: SpanTable): usize {
  return headers.ptr(RequestHeader.Path) + strippedPrefix;
}

function pathLen(headers: SpanTable): u32 {
  return <u32>(foundPathPtr - pathPtr(headers)) + foundPathLen;
}

function providerWord(provider: Provider): usize {
  switch (provider) {
    case Provider.Azure:
      return L.AZURE;
    case Provider.Vertex:
      return L.VERTEX;
    case Provider.Bedrock:
      return L.BEDROCK;
    case Provider.Databricks:
      return L.DATABRICKS;
    case Provider.Custom:
      return L.CUSTOM;
    default:
      return L.ANTHROPIC;
  }
}
