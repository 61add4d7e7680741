/**
 * The credential that goes upstream. What the client sent is always taken away first; only `auth.mode: client` moves it into the
 * provider's header. Source: docs/configuration.md, "auth".
 */
import { startsWithLiteral, startsWithLiteralIgnoreCase, literalLen } from "../bytes/compare";
import * as L from "../bytes/literals";
import { SpanTable } from "../bytes/span_table";
import { makeWriter, Writer } from "../bytes/writer";
import { AuthHeader, AuthMode, Profile } from "../policy/config";
import { chooseKey, firstKey } from "./key_choice";
import { KeyOutcome } from "./metric_labels";
import { countKey } from "./metrics";
import { dropHeader, putHeader } from "./request_headers";
import { RequestHeader } from "./request_headers_table";

/** Not the output writer: the body may stand there already. */
const BEARER: Writer = makeWriter();
/** More than a host lets a header have. */
const BEARER_CAP: u32 = 65536;
const BEARER_KEPT: u32 = 4096;

let tokenPtr: usize = 0;
let tokenLen: u32 = 0;

/** The credential that was put last is a token of an account, not a key: the API wants a beta for it. */
export let usesOAuth: bool = false;

/**
 * Edits the credential headers of a request. `first`: what the request is about lives with a key, so it is the first one that is for
 * all models, else the first, whoever asks.
 */
export function putCredentials(headers: SpanTable, profile: Profile, first: bool): void {
  tokenPtr = 0;
  tokenLen = 0;
  if (profile.authMode == AuthMode.Client) takeClientToken(headers);
  else if (profile.authMode == AuthMode.Keys && profile.keyCount > 0) {
    const key = first ? firstKey(profile) : chooseKey(profile, headers);
    if (key != null) {
      countKey(profile, key, KeyOutcome.Used);
      tokenPtr = key.valuePtr;
      tokenLen = key.valueLen;
    }
  }
  usesOAuth = startsWithLiteral(tokenPtr, tokenLen, L.OAUTH_PREFIX);
  const header = tokenLen == 0 ? 0 : headerFor(profile);
  if (header != L.H_AUTHORIZATION)
    dropHeader(headers, RequestHeader.Authorization, L.H_AUTHORIZATION);
  if (header != L.H_X_API_KEY) dropHeader(headers, RequestHeader.XApiKey, L.H_X_API_KEY);
  if (header != L.H_API_KEY) dropHeader(headers, RequestHeader.ApiKey, L.H_API_KEY);
  if (header == L.H_AUTHORIZATION) putBearer();
  else if (header != 0) putHeader(header, tokenPtr, tokenLen);
}

/** The client's key or bearer token, whichever comes first. */
function takeClientToken(headers: SpanTable): void {
  const bearer = literalLen(L.BEARER_LOWER);
  if (headers.len(RequestHeader.XApiKey) > 0) take(headers, RequestHeader.XApiKey, 0);
  else if (headers.len(RequestHeader.ApiKey) > 0) take(headers, RequestHeader.ApiKey, 0);
  else {
    const ptr = headers.ptr(RequestHeader.Authorization);
    const len = headers.len(RequestHeader.Authorization);
    if (startsWithLiteralIgnoreCase(ptr, len, L.BEARER_LOWER))
      take(headers, RequestHeader.Authorization, bearer);
  }
}

function take(headers: SpanTable, header: RequestHeader, skip: u32): void {
  tokenPtr = headers.ptr(header) + skip;
  tokenLen = headers.len(header) - skip;
}

function headerFor(profile: Profile): usize {
  switch (profile.authHeader) {
    case AuthHeader.ApiKey:
      return L.H_API_KEY;
    case AuthHeader.Authorization:
      return L.H_AUTHORIZATION;
    case AuthHeader.XApiKey:
      return L.H_X_API_KEY;
    default:
      return isBearer(profile) ? L.H_AUTHORIZATION : L.H_X_API_KEY;
  }
}

/** By the upstream, and for tokens that are never keys. */
function isBearer(profile: Profile): bool {
  return usesOAuth || profile.upstream.row.bearer != 0;
}

function putBearer(): void {
  BEARER.begin(256, BEARER_CAP);
  BEARER.literal(L.BEARER);
  BEARER.put(tokenPtr, tokenLen);
  putHeader(L.H_AUTHORIZATION, BEARER.start, BEARER.length);
  BEARER.finish(BEARER_KEPT);
}
