/** Citations that name a page of the web. Source: Anthropic API reference, "Citations", "Web search tool". */
import { startsWithLiteralIgnoreCase } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { makeStruct } from "../../bytes/records";
import { JsonCursor } from "../../json/cursor";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { readInteger } from "../../json/number";
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
  filePtr: usize; // file_id, a string token; 0: it has none
  fileLen: u32;
  namePtr: usize; // document_title, a string token; 0: it has none
  nameLen: u32;
  number: u32; // document_index or search_result_index
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
  it.filePtr = it.namePtr = 0;
  it.fileLen = it.nameLen = 0;
  it.number = 0;
  if (c.kind() != JsonKind.Object) {
    c.skip();
    return false;
  }
  let sourcePtr: usize = 0;
  let sourceLen: u32 = 0;
  c.enterObject();
  while (c.nextKey()) {
    const key = findCitationKey(c.keyPtr, c.keyLen);
    const kind = c.kind();
    if (!c.skip()) return false;
    if (kind == JsonKind.Number) takeNumber(c, it, key);
    if (kind != JsonKind.String) continue;
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
    case CitationKey.FileId:
      it.filePtr = c.valuePtr;
      it.fileLen = c.valueLen;
      break;
    case CitationKey.DocumentTitle:
      it.namePtr = c.valuePtr;
      it.nameLen = c.valueLen;
      break;
    default:
      break;
  }
}

function takeNumber(c: JsonCursor, it: Citation, key: CitationKey): void {
  if (key != CitationKey.DocumentIndex && key != CitationKey.SearchResultIndex) return;
  const value = readInteger(c.valuePtr, c.valueLen);
  it.number = value > 0 ? <u32>value : 0;
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
