/** Contents of strings, base64 and UTF-8, each against what Node makes of it. */
import { isUtf8 } from "node:buffer";
import { damage, tokens, type Draft } from "./draft.ts";
import type { EngineKind } from "./kind.ts";
import type { Lab } from "./lab.ts";
import { cutsOf } from "./sse.ts";

const PIECES = tokens(
  "a", " ", "\\n", "\\t", "\\r", '\\"', "\\\\", "\\/", "\\b", "\\f", "\\u0020", "\\u00e9", "\\u20ac", "\\ud83d\\ude00", "\\uD83D",
  "\\ude00", "\\u0000", "\\u000B", "\xc3\xa9", "\xf0\x9f\x99\x82", "0123456789abcdef", "x".repeat(33), "\\udbff\\udfff", "\x7f",
); // prettier-ignore
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const SPACES = /^[ \t-\r]*$/;

/** The content as JavaScript reads it. */
function contentOf(draft: Draft): string {
  return JSON.parse(`"${draft.bytes.toString("utf8", 0, draft.used)}"`) as string;
}

function questionsOf({ x }: Lab, ptr: number, draft: Draft, content: string): string | undefined {
  if (x.countCodePoints(ptr, draft.used) !== [...content].length) return "another count";
  if ((x.isBlank(ptr, draft.used) === 1) !== SPACES.test(content)) return "blank or not";
  const slash = draft.text.indexOf("\\");
  const found = x.findEscape(ptr, ptr + draft.used) - ptr;
  if (found !== (slash < 0 ? draft.used : slash)) return "another escape";
  const kept = draft.bytes.toString("utf8", 0, x.trimmedLen(ptr, draft.used));
  const trimmed = JSON.parse(`"${kept}"`) as string;
  return trimmed === content.replace(/[ \t-\r]+$/, "") ? undefined : "trimmed to another text";
}

/** Contents of JSON strings: unescaped, escaped again, counted, trimmed. */
export const STRING_KIND: EngineKind = {
  make(random, draft) {
    for (let count = random.int(9); count > 0; count--) draft.add(random.pick(PIECES));
  },
  judge(lab, draft) {
    const { x } = lab;
    const ptr = lab.put(draft);
    const content = contentOf(draft);
    const problem = questionsOf(lab, ptr, draft, content);
    if (problem !== undefined) return problem;
    lab.begin();
    x.unescapeInto(lab.writer, ptr, draft.used);
    // A half of a pair has no UTF-8: its escape stays.
    const plain = Buffer.from(content).toString("latin1");
    if (!LONE.test(content) && lab.written !== plain) return "unescaped to another text";
    lab.begin();
    x.escapeInto(lab.writer, ptr, draft.used);
    return `"${lab.written}"` === JSON.stringify(draft.text)
      ? undefined
      : "escaped to another text";
  },
};

const GROUPS = tokens(
  "QUJD",
  "AAAA",
  "+/+/",
  "////",
  "QQ==",
  "QUI=",
  "QQ",
  "QUI",
  "=",
  "Q",
  " ",
  "\r\n",
  "zzzz".repeat(9),
);
const BASE64_SPECIAL = [...Buffer.from("A=/+- \n_9z")];

/** What a forgiving reader makes of base64; undefined when it is none. */
function decoded(text: string): string | undefined {
  const plain = text.replace(/[ \t\r\n]+/g, "");
  const letters = plain.replace(/={1,2}$/, "");
  const isPadded = letters.length < plain.length;
  if (!/^[A-Za-z0-9+/]*$/.test(letters) || letters.length % 4 === 1) return undefined;
  if (isPadded && plain.length % 4 !== 0) return undefined;
  return Buffer.from(letters, "base64").toString("latin1");
}

/** Base64 read, and any bytes written as base64. */
export const BASE64_KIND: EngineKind = {
  make(random, draft) {
    for (let count = random.int(6); count > 0; count--) draft.add(random.pick(GROUPS));
    if (random.oneIn(3)) damage(draft, random, BASE64_SPECIAL);
  },
  judge(lab, draft) {
    const { x, writer } = lab;
    const ptr = lab.put(draft);
    lab.begin();
    x.writerPut(writer, ptr, draft.used);
    const good = x.decodeBase64(writer) === 1;
    const wanted = decoded(draft.text);
    if (good !== (wanted !== undefined)) return good ? "taken for base64" : "not taken for base64";
    if (wanted !== undefined && lab.written !== wanted) return "decoded to other bytes";
    lab.begin();
    x.encodeBase64(writer, ptr, draft.used);
    return lab.written === draft.bytes.toString("base64", 0, draft.used)
      ? undefined
      : "encoded to other text";
  },
};

const CHARACTERS = tokens(
  "a", "abcdefgh", "0123456789abcdefg", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
  "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xe2\x82\xac", "\0",
); // prettier-ignore
const WRONG = tokens(
  "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5", "\x80", "\xe2\x82", "\xf0\x9f",
); // prettier-ignore
const UTF8_SPECIAL = [
  0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5,
];

/** UTF-8, whole and in windows. */
export const UTF8_KIND: EngineKind = {
  make(random, draft) {
    for (let count = random.int(8); count > 0; count--) draft.add(random.pick(CHARACTERS));
    if (random.oneIn(3)) draft.add(random.pick(WRONG));
    if (random.oneIn(3)) damage(draft, random, UTF8_SPECIAL);
  },
  judge(lab, draft, random) {
    const ptr = lab.put(draft);
    const { x } = lab;
    const good = x.isUtf8(ptr, draft.used) === 1;
    if (good !== isUtf8(draft.bytes.subarray(0, draft.used)))
      return good ? "taken for UTF-8" : "not taken";
    let [state, at] = [0, 0];
    for (const cut of cutsOf(draft.used, random)) {
      state = x.feedUtf8(state, lab.put(draft, at, cut), cut - at);
      at = cut;
    }
    return (state === 0) === good ? undefined : "split: another verdict";
  },
};
