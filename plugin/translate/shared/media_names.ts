/** Media types by name: of a file, of a URL's path. Spans are string tokens, quotes included. */
import * as L from "../../bytes/literals";
import { equalsLiteralIgnoreCase, findByte, literalLen } from "../../bytes/compare";
import { MediaType } from "../../wire/openai/media_types";

const QUESTION: u32 = 0x3f;
const HASH: u32 = 0x23;

/** Media type by a file's extension; Unknown when it says nothing. */
export function typeOfName(ptr: usize, len: u32): MediaType {
  const inside = ptr + 1;
  const size = len < 2 ? 0 : len - 2;
  if (endsWith(inside, size, L.SUFFIX_PDF)) return MediaType.Pdf;
  if (endsWith(inside, size, L.SUFFIX_PNG)) return MediaType.Png;
  if (endsWith(inside, size, L.SUFFIX_JPG) || endsWith(inside, size, L.SUFFIX_JPEG))
    return MediaType.Jpeg;
  if (endsWith(inside, size, L.SUFFIX_WEBP)) return MediaType.Webp;
  if (endsWith(inside, size, L.SUFFIX_GIF)) return MediaType.Gif;
  const isText =
    endsWith(inside, size, L.SUFFIX_TXT) ||
    endsWith(inside, size, L.SUFFIX_MD) ||
    endsWith(inside, size, L.SUFFIX_CSV) ||
    endsWith(inside, size, L.SUFFIX_JSON);
  return isText ? MediaType.Plain : MediaType.Unknown;
}

/** True for a file name with an image's extension. */
export function isImageName(ptr: usize, len: u32): bool {
  return isImageType(typeOfName(ptr, len));
}

/** True for the four image types that the Messages API takes. */
export function isImageType(type: MediaType): bool {
  return <u32>type - <u32>MediaType.Jpeg < 4;
}

/** True when the path of a URL ends in `.pdf`. */
export function isPdfPath(ptr: usize, len: u32): bool {
  const inside = ptr + 1;
  const end = findByte(inside, findByte(inside, inside + len - 2, QUESTION), HASH);
  return endsWith(inside, <u32>(end - inside), L.SUFFIX_PDF);
}

/** True when the run ends with the literal, ASCII case ignored; the literal is lower case. */
export function endsWith(ptr: usize, len: u32, literal: usize): bool {
  const size = literalLen(literal);
  return len >= size && equalsLiteralIgnoreCase(ptr + len - size, size, literal);
}
