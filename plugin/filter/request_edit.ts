/** Edits of request headers that do not depend on the body: path, credentials, what must not go upstream. Source: docs/headers.md. */
import { output } from "../abi/memory";
import * as L from "../bytes/literals";
import { SpanTable } from "../bytes/span_table";
import { Profile } from "../policy/config";
import { putCredentials } from "./credentials";
import { dropHeader, ensureHeader, putHeader, putHeaderLiteral } from "./request_headers";
import { RequestHeader } from "./request_headers_table";

/**
 * Everything that does not depend on the body. `held`: proven to be held, so the length is set once the body is known and the
 * client's stays until then.
 */
export function editRequestHeaders(headers: SpanTable, profile: Profile, held: bool): void {
  putPath(profile);
  putCredentials(headers, profile);
  if (!held) dropHeader(headers, RequestHeader.ContentLength, L.H_CONTENT_LENGTH);
  dropHeader(headers, RequestHeader.OpenAiOrganization, L.H_OPENAI_ORGANIZATION);
  dropHeader(headers, RequestHeader.OpenAiProject, L.H_OPENAI_PROJECT);
  dropHeader(headers, RequestHeader.OpenAiBeta, L.H_OPENAI_BETA);
  dropHeader(headers, RequestHeader.Cookie, L.H_COOKIE);
  putHeaderLiteral(L.H_ACCEPT_ENCODING, L.IDENTITY);
  ensureHeader(headers, RequestHeader.ContentType, L.H_CONTENT_TYPE, L.APPLICATION_JSON);
  if (headers.has(RequestHeader.AnthropicVersion)) return;
  if (profile.anthropicVersionPtr == 0) putHeaderLiteral(L.H_ANTHROPIC_VERSION, L.VERSION_2023);
  else putHeader(L.H_ANTHROPIC_VERSION, profile.anthropicVersionPtr, profile.anthropicVersionLen);
}

function putPath(profile: Profile): void {
  if (profile.basePathLen == 0) {
    putHeaderLiteral(L.H_PATH, L.PATH_MESSAGES);
    return;
  }
  const out = output();
  out.begin(256, 65536);
  out.put(profile.basePathPtr, profile.basePathLen);
  out.literal(L.PATH_MESSAGES);
  putHeader(L.H_PATH, out.start, out.length);
}
