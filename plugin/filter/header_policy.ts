/**
 * Which headers of either side pass, and which are set besides: `headers` of a profile. What the filter reads and writes itself is not asked
 * about. Source: docs/headers.md, "By configuration".
 */
import { removeHeaderSpan, setHeaderSpan } from "../abi/host";
import { HeaderMap } from "../abi/numbers";
import { nextPair, openPairs, pairNameLen, pairNamePtr } from "../abi/pairs";
import { Ascii } from "../bytes/ascii";
import { byteAt, startsWithLiteral } from "../bytes/compare";
import { anyMatches } from "../bytes/glob";
import * as L from "../bytes/literals";
import { TextList, TextMap } from "../bytes/text_list";
import { Profile } from "../policy/config";
import { headerBlock, headerBlockLen } from "./request_headers";
import { findRequestHeader, RequestHeader } from "./request_headers_table";
import { answerBlock, answerBlockLen } from "./response_headers";
import { findResponseHeader, ResponseHeader } from "./response_headers_table";

/** Edits the client's headers, in the callback that has read them, behind all other edits that do not depend on the body. */
export function putRequestPolicy(profile: Profile): void {
  if (filtersRequest(profile)) {
    openPairs(headerBlock, headerBlockLen);
    while (nextPair()) {
      if (!isOwnRequest()) filter(HeaderMap.Request, profile.requestAllow, profile.requestDeny);
    }
  }
  setAll(HeaderMap.Request, profile.requestSet);
}

/** Takes from the upstream's headers what does not pass, in the callback that has read them, before the filter writes its own. */
export function dropByPolicy(profile: Profile): void {
  if (!filtersAnswer(profile)) return;
  openPairs(answerBlock, answerBlockLen);
  while (nextPair()) {
    if (!isOwnResponse()) filter(HeaderMap.Response, profile.responseAllow, profile.responseDeny);
  }
}

/** Sets what the configuration wants the client to see, behind what the filter writes. */
export function putAnswerPolicy(profile: Profile): void {
  setAll(HeaderMap.Response, profile.responseSet);
}

/** True when the profile says which of the client's headers pass. */
export function filtersRequest(profile: Profile): bool {
  return profile.requestAllow.count > 0 || profile.requestDeny.count > 0;
}

/** True when the profile says which of the upstream's headers pass. */
export function filtersAnswer(profile: Profile): bool {
  return profile.responseAllow.count > 0 || profile.responseDeny.count > 0;
}

/** Removes the current pair unless it passes; deny wins. */
function filter(map: HeaderMap, allow: TextList, deny: TextList): void {
  const ptr = pairNamePtr;
  const len = pairNameLen;
  const passes = allow.count == 0 || anyMatches(allow, ptr, len);
  if (!passes || anyMatches(deny, ptr, len)) removeHeaderSpan(map, ptr, len);
}

function setAll(map: HeaderMap, headers: TextMap): void {
  for (let i: u32 = 0; i < headers.count; i++) {
    const value = headers.valuePtr(i);
    setHeaderSpan(map, headers.keyPtr(i), headers.keyLen(i), value, headers.valueLen(i));
  }
}

/** Names that the filter has rules of its own for, pseudo-headers, and what proxies tell each other. */
function isOwnRequest(): bool {
  const ptr = pairNamePtr;
  const len = pairNameLen;
  if (isPseudo() || startsWithLiteral(ptr, len, L.X_ENVOY)) return true;
  if (startsWithLiteral(ptr, len, L.X_FORWARDED)) return true;
  const header = findRequestHeader(ptr, len);
  return header != RequestHeader.Unknown && !isClients(header);
}

/** Names that the filter knows and yet lets pass. */
function isClients(header: RequestHeader): bool {
  return (
    header == RequestHeader.Accept ||
    header == RequestHeader.Range ||
    header == RequestHeader.IfNoneMatch ||
    header == RequestHeader.IfModifiedSince
  );
}

/** Status, and what describes the body. */
function isOwnResponse(): bool {
  if (isPseudo()) return true;
  const header = findResponseHeader(pairNamePtr, pairNameLen);
  return (
    header == ResponseHeader.ContentType ||
    header == ResponseHeader.ContentLength ||
    header == ResponseHeader.ContentEncoding
  );
}

function isPseudo(): bool {
  return pairNameLen > 0 && byteAt(pairNamePtr) == Ascii.Colon;
}
