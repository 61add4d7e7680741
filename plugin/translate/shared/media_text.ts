/** Text files: the Messages API takes them as text, not in base64. Source: Anthropic API reference, "Documents". */
import * as L from "../../bytes/literals";
import { decodeBase64 } from "../../bytes/base64";
import { decodePercent } from "../../bytes/percent";
import { isUtf8 } from "../../bytes/utf8";
import { makeWriter, Writer } from "../../bytes/writer";
import { escapeInto, unescapeInto } from "../../json/string";

/** How a text is packed. */
export const enum Encoding {
  Base64 = 0,
  Percent = 1,
}

/** What became of it. */
export const enum TextStatus {
  Ok = 0,
  /** Not base64, or not UTF-8. */
  Invalid = 1,
  NoMemory = 2,
}

/** Largest block that stays for the next text. */
const KEEP: u32 = 4096;

const TEXT: Writer = makeWriter();

/** Appends the source of a text document; `ptr`, `len` name the inside of a token. Nothing is appended when it fails. */
export function putTextSource(out: Writer, ptr: usize, len: u32, encoding: Encoding): TextStatus {
  TEXT.begin(len, len);
  unescapeInto(TEXT, ptr, len);
  const status = TEXT.failed ? TextStatus.NoMemory : decode(encoding);
  if (status == TextStatus.Ok) {
    out.literal(L.SOURCE_TEXT);
    escapeInto(out, TEXT.start, TEXT.length);
    out.literal(L.SOURCE_CLOSE);
  }
  TEXT.finish(KEEP);
  return status;
}

function decode(encoding: Encoding): TextStatus {
  if (encoding == Encoding.Percent) decodePercent(TEXT);
  else if (!decodeBase64(TEXT)) return TextStatus.Invalid;
  return isUtf8(TEXT.start, TEXT.length) ? TextStatus.Ok : TextStatus.Invalid;
}
