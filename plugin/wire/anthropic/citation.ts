/** Citations that name a page of the web. Source: Anthropic API reference, "Citations", "Web search tool". */
import { startsWithLiteralIgnoreCase } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { makeStruct } from "../../bytes/records";
import { JsonCursor } from "../../json/cursor";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { JsonKind } from "../../json/status";
import { CitationKey, findCitationKey } from "./citation_keys";
import { CitationType, findCitationType } from "./citation_types";

@unmanaged
@final
export class Citation {
  type: CitationType;
  urlPtr: usize; // a string token
  urlLen: u32;
  titlePtr: usize; // a string token; 0: it has none
  titleLen: u32;
}

/** The citation read last. */
export const CITATION: Citation = makeStruct<Citation>();

/** Passes the citation that comes next. True when it names a page of the web, which CITATION then holds. */
export function readCitation(c: JsonCursor): bool {
  const it = CITATION;
  it.type = CitationType.Unknown;
  it.urlPtr = 0;
  it.urlLen = 0;
  it.titlePtr = 0;
  it.titleLen = 0;
  if (c.kind() != JsonKind.Object) {
    c.skip();
    return false;
  }
  let sourcePtr: usize = 0;
  let sourceLen: u32 = 0;
  c.enterObject();
  while (c.nextKey()) {
    const key = findCitationKey(c.keyPtr, c.keyLen);
    const isText = c.kind() == JsonKind.String;
    if (!c.skip()) return false;
    if (!isText) continue;
    if (key == CitationKey.Source) {
      sourcePtr = c.valuePtr;
      sourceLen = c.valueLen;
    } else take(c, it, key);
  }
  if (it.type == CitationType.WebSearch) return it.urlLen > 2;
  it.urlPtr = sourcePtr;
  it.urlLen = sourceLen;
  return it.type == CitationType.SearchResult && isWebUrl(sourcePtr, sourceLen);
}

function take(c: JsonCursor, it: Citation, key: CitationKey): void {
  switch (key) {
    case CitationKey.Type:
      it.type = findCitationType(c.word(), c.wordLen);
      break;
    case CitationKey.Url:
      it.urlPtr = c.valuePtr;
      it.urlLen = c.valueLen;
      break;
    case CitationKey.Title:
      it.titlePtr = c.valuePtr;
      it.titleLen = c.valueLen;
      break;
    default:
      break;
  }
}

/** True for an http or https URL in a string token. */
function isWebUrl(ptr: usize, len: u32): bool {
  if (len <= 2) return false;
  const size = unescapeShort(ptr + 1, len - 2);
  return (
    startsWithLiteralIgnoreCase(UNESCAPED_KEY, size, L.SCHEME_HTTPS) ||
    startsWithLiteralIgnoreCase(UNESCAPED_KEY, size, L.SCHEME_HTTP)
  );
}
