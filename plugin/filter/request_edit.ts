/** Edits of request headers that do not depend on the body: path, credentials, what must not go upstream. Source: docs/headers.md. */
import * as L from "../bytes/literals";
import { SpanTable } from "../bytes/span_table";
import { AuthMode, Profile } from "../policy/config";
import { Upstream } from "../policy/upstream";
import { Dialect, Operation } from "../translate/surface";
import { putCredentials } from "./credentials";
import { putRequestPolicy } from "./header_policy";
import { chosenKey } from "./key_choice";
import { putFixedCountPath, putFixedPath } from "./message_path";
import { putFixedNativePath } from "./native_path";
import { dropHeader, ensureHeader, putHeader, putHeaderLiteral } from "./request_headers";
import { RequestHeader } from "./request_headers_table";
import { StreamState } from "./stream";

/**
 * Everything that does not depend on the body. `held`: proven to be held, so the length is set once the body is known and the
 * client's stays until then.
 */
export function editRequestHeaders(
  stream: StreamState,
  headers: SpanTable,
  profile: Profile,
  held: bool,
): void {
  // What makes a batch has its path already, and lives with a key.
  const makes = stream.resource != null;
  if (stream.dialect == Dialect.Anthropic) putFixedNativePath(stream, headers, profile);
  else if (stream.operation == Operation.ResponseTokens) putFixedCountPath(profile);
  else if (!makes) putFixedPath(profile);
  putCredentials(headers, profile, makes);
  stream.key = profile.authMode == AuthMode.Keys ? chosenKey : null;
  if (!held) dropHeader(headers, RequestHeader.ContentLength, L.H_CONTENT_LENGTH);
  putHeaderLiteral(L.H_ACCEPT_ENCODING, L.IDENTITY);
  ensureHeader(headers, RequestHeader.ContentType, L.H_CONTENT_TYPE, L.APPLICATION_JSON);
  editClientHeaders(headers, profile);
}

/** What must not go upstream, and the version of the API. */
export function editClientHeaders(headers: SpanTable, profile: Profile): void {
  dropHeader(headers, RequestHeader.OpenAiOrganization, L.H_OPENAI_ORGANIZATION);
  dropHeader(headers, RequestHeader.OpenAiProject, L.H_OPENAI_PROJECT);
  dropHeader(headers, RequestHeader.OpenAiBeta, L.H_OPENAI_BETA);
  dropHeader(headers, RequestHeader.Cookie, L.H_COOKIE);
  putAuthority(profile);
  putLane(profile);
  putVersion(headers, profile.upstream);
  putRequestPolicy(profile);
}

/** What Envoy's routes may choose a cluster by: changing a header makes it choose again. What a client sent under this name is gone. */
function putLane(profile: Profile): void {
  if (profile.laneLen > 0) putHeader(L.H_X_BRIDGE_LANE, profile.lanePtr, profile.laneLen);
}

/** For upstream placement: a downstream filter would choose the virtual host anew. */
function putAuthority(profile: Profile): void {
  const upstream = profile.upstream;
  if (upstream.authorityPtr == 0) return;
  putHeader(L.H_AUTHORITY, upstream.authorityPtr, upstream.authorityLen);
}

/** The client's version, else the upstream's; none where it belongs into the body. */
function putVersion(headers: SpanTable, upstream: Upstream): void {
  if (upstream.versionInBody) {
    dropHeader(headers, RequestHeader.AnthropicVersion, L.H_ANTHROPIC_VERSION);
  } else if (!headers.has(RequestHeader.AnthropicVersion)) {
    putHeader(L.H_ANTHROPIC_VERSION, upstream.versionPtr, upstream.versionLen);
  }
}
