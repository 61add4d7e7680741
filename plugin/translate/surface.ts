/** From method and path to the operation and the dialect. The path table is data (path_rows.ts). Source: docs/paths.md. */
import { Ascii } from "../bytes/ascii";
import {
  byteAt,
  equals,
  equalsLiteral,
  findByte,
  literalLen,
  startsWithLiteral,
} from "../bytes/compare";
import * as L from "../bytes/literals";
import { Operation, PATH_ROWS, PathApi } from "./path_rows";

export { Operation, operationWord } from "./path_rows";

/** The API that a client speaks: shape of answers and of errors. */
export const enum Dialect {
  OpenAi = 0,
  Anthropic = 1,
}

/** Dialect of the request that was classified last. */
export let foundDialect: Dialect = Dialect.OpenAi;
/** Bit of its surface in `endpoints`; 0: it belongs to none. */
export let foundEndpoint: u32 = 0;
/** Name of its operation in a refusal, a literal. */
export let foundWord: usize = 0;
/** Methods that its path serves, a literal in the form of `allow`. */
export let foundAllow: usize = 0;
/** What stood for `{}` or `{*}`, undecoded; length 0: nothing. */
export let foundIdPtr: usize = 0;
export let foundIdLen: u32 = 0;
/** The path behind prefix and version, without query and last slash. */
export let foundPathPtr: usize = 0;
export let foundPathLen: u32 = 0;
/** The query behind its question mark. */
export let foundQueryPtr: usize = 0;
export let foundQueryLen: u32 = 0;

/** Offsets in a row of PATH_ROWS. */
const ROW_API: usize = 4;
const ROW_ENDPOINT: usize = 5;
const ROW_BELOW: usize = 6;
const ROW_GET: usize = 7;
const ROW_POST: usize = 8;
const ROW_DELETE: usize = 9;
const ROW_ANY: usize = 10;
const ROW_NATIVE: usize = 11;
const ROW_PATH: usize = 12;

/** True for operations on models, files and batches in OpenAI's shape. */
export function isResource(operation: Operation): bool {
  return operation >= Operation.BatchCreate && operation <= Operation.ModelRetrieve;
}

/** True for native operations whose bodies nobody reads. */
export function isNativeResource(operation: Operation): bool {
  return operation == Operation.Native || operation == Operation.NativeBatch;
}

/** True for operations on files. */
export function isOnFiles(operation: Operation): bool {
  return operation >= Operation.FileUpload && operation <= Operation.FileContent;
}

/** Classifies a request; `path` may have a query. `isNative`: it carries `anthropic-version`. */
export function findOperation(
  method: usize,
  methodLen: u32,
  path: usize,
  pathLen: u32,
  isNative: bool,
): Operation {
  splitPath(path, pathLen, isNative);
  for (let row = PATH_ROWS; literalLen(row) != 0; row += <usize>literalLen(row)) {
    if (matchesRow(row)) return take(row, method, methodLen);
  }
  return Operation.Unknown;
}

/** Cuts the query, the last slash, prefix and version; the prefix or the header tells the dialect for now. */
function splitPath(path: usize, pathLen: u32, isNative: bool): void {
  const end = findByte(path, path + pathLen, Ascii.Question);
  let len = <u32>(end - path);
  foundQueryPtr = end + 1;
  foundQueryLen = len < pathLen ? pathLen - len - 1 : 0;
  if (len > 1 && byteAt(path + len - 1) == <u32>Ascii.Slash) len -= 1;
  const openAi = prefixLen(path, len, L.PATH_OPENAI);
  const anthropic = prefixLen(path, len, L.PATH_ANTHROPIC);
  foundDialect = anthropic > 0 || (openAi == 0 && isNative) ? Dialect.Anthropic : Dialect.OpenAi;
  let skipped = openAi + anthropic;
  skipped += prefixLen(path + skipped, len - skipped, L.PATH_V1);
  foundPathPtr = path + skipped;
  foundPathLen = len - skipped;
  foundEndpoint = 0;
  foundIdLen = 0;
}

/** Length of a prefix that ends where a segment does; 0 when it is not there. */
function prefixLen(ptr: usize, len: u32, literal: usize): u32 {
  const size = literalLen(literal);
  if (!startsWithLiteral(ptr, len, literal)) return 0;
  return len > size && byteAt(ptr + size) == <u32>Ascii.Slash ? size : 0;
}

/** Segment by segment; what stands for a place is noted. */
function matchesRow(row: usize): bool {
  let pattern = row + ROW_PATH + 4;
  const patternEnd = pattern + literalLen(row + ROW_PATH);
  let ptr = foundPathPtr;
  const end = ptr + foundPathLen;
  foundIdLen = 0;
  while (pattern < patternEnd) {
    const wanted = <u32>(findByte(pattern + 1, patternEnd, Ascii.Slash) - pattern);
    if (ptr >= end || byteAt(ptr) != <u32>Ascii.Slash) return false;
    const given = <u32>(findByte(ptr + 1, end, Ascii.Slash) - ptr);
    if (equalsPlace(pattern, wanted, L.PLACE_REST)) return takeId(ptr + 1, <u32>(end - ptr) - 1);
    if (equalsPlace(pattern, wanted, L.PLACE)) {
      if (!takeId(ptr + 1, given - 1)) return false;
    } else if (given != wanted || !equals(ptr, pattern, wanted)) return false;
    pattern += wanted;
    ptr += given;
  }
  return ptr == end || byteAt(row + ROW_BELOW) != 0;
}

function equalsPlace(pattern: usize, len: u32, place: usize): bool {
  return byteAt(pattern + 1) == <u32>Ascii.BraceOpen && equalsLiteral(pattern, len, place);
}

function takeId(ptr: usize, len: u32): bool {
  foundIdPtr = ptr;
  foundIdLen = len;
  return len > 0;
}

/** The row's operation for the method and the dialect. */
function take(row: usize, method: usize, methodLen: u32): Operation {
  const api = <PathApi>byteAt(row + ROW_API);
  if (api == PathApi.OpenAi) foundDialect = Dialect.OpenAi;
  else if (api == PathApi.Anthropic) foundDialect = Dialect.Anthropic;
  foundEndpoint = byteAt(row + ROW_ENDPOINT);
  foundWord = row + ROW_PATH + 4 + <usize>literalLen(row + ROW_PATH);
  foundAllow = foundWord + 4 + <usize>literalLen(foundWord);
  const operation = <Operation>byteAt(row + methodPlace(method, methodLen));
  if (api != PathApi.Both || foundDialect == Dialect.OpenAi) {
    return operation == Operation.Unknown ? Operation.WrongMethod : operation;
  }
  const native = <Operation>byteAt(row + ROW_NATIVE);
  if (native == Operation.Unknown) return Operation.Unknown;
  return operation > Operation.WrongMethod ? native : Operation.WrongMethod;
}

/** Where a row has the operation of a method. */
function methodPlace(method: usize, len: u32): usize {
  if (equalsLiteral(method, len, L.GET)) return ROW_GET;
  if (equalsLiteral(method, len, L.POST)) return ROW_POST;
  return equalsLiteral(method, len, L.DELETE) ? ROW_DELETE : ROW_ANY;
}
