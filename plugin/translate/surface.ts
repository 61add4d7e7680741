/** From method and path to the operation. Source: docs/paths.md. */
import * as L from "../bytes/literals";
import { Ascii } from "../bytes/ascii";
import { byteAt, equalsLiteral, findByte, literalLen, startsWithLiteral } from "../bytes/compare";

/** The API that a client speaks: shape of answers and of errors. */
export const enum Dialect {
  OpenAi = 0,
  Anthropic = 1,
}

/** What a client asks for. */
export const enum Operation {
  /** A path of no API. */
  Unknown = 0,
  /** An operation of one of the APIs that is not served. */
  Unsupported = 1,
  /** A served path with another method. */
  WrongMethod = 2,
  /** Stored completions: the upstream keeps none. */
  Stored = 3,
  /** POST …/chat/completions */
  Chat = 4,
}

/** Classifies a request; `path` may have a query. */
export function findOperation(method: usize, methodLen: u32, path: usize, pathLen: u32): Operation {
  const end = findByte(path, path + pathLen, QUESTION);
  let len = <u32>(end - path);
  if (len > 1 && byteAt(path + len - 1) == <u32>Ascii.Slash) len -= 1;
  let ptr = path;
  const prefix = prefixLen(ptr, len, L.PATH_OPENAI);
  ptr += prefix;
  len -= prefix;
  const version = prefixLen(ptr, len, L.PATH_V1);
  ptr += version;
  len -= version;
  if (equalsLiteral(ptr, len, L.PATH_CHAT)) {
    return equalsLiteral(method, methodLen, L.POST)
      ? Operation.Chat
      : chatMethod(method, methodLen);
  }
  if (equalsLiteral(ptr, firstSegment(ptr, len), L.SEGMENT_CHAT)) return Operation.Stored;
  return isOtherOperation(ptr, len) ? Operation.Unsupported : Operation.Unknown;
}

const QUESTION: u32 = 0x3f;

/** Listing stored completions is an operation of the API; other methods are none. */
function chatMethod(method: usize, len: u32): Operation {
  return equalsLiteral(method, len, L.GET) ? Operation.Stored : Operation.WrongMethod;
}

/** Length of a prefix that ends where a segment does; 0 when it is not there. */
function prefixLen(ptr: usize, len: u32, literal: usize): u32 {
  const size = literalLen(literal);
  if (!startsWithLiteral(ptr, len, literal)) return 0;
  return len > size && byteAt(ptr + size) == <u32>Ascii.Slash ? size : 0;
}

/** Length of the first segment with the slash in front of it. */
function firstSegment(ptr: usize, len: u32): u32 {
  return len == 0 ? 0 : <u32>(findByte(ptr + 1, ptr + len, Ascii.Slash) - ptr);
}

/** The operations of the other surfaces. */
function isOtherOperation(ptr: usize, len: u32): bool {
  const segment = firstSegment(ptr, len);
  return (
    equalsLiteral(ptr, segment, L.SEGMENT_RESPONSES) ||
    equalsLiteral(ptr, segment, L.SEGMENT_COMPLETIONS) ||
    equalsLiteral(ptr, segment, L.SEGMENT_MESSAGES) ||
    equalsLiteral(ptr, segment, L.SEGMENT_MODELS) ||
    equalsLiteral(ptr, segment, L.SEGMENT_FILES) ||
    equalsLiteral(ptr, segment, L.SEGMENT_BATCHES) ||
    equalsLiteral(ptr, segment, L.SEGMENT_EMBEDDINGS)
  );
}
