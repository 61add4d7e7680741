/** JSON documents, valid and broken, against JSON.parse: the verdict of each, of some the value that a reader makes of it. */
import { isDeepStrictEqual } from "node:util";
import type { Random } from "../random.ts";
import { STATUS, walk } from "../../unit/json/walk.ts";
import { damage, tokens, type Draft } from "./draft.ts";
import type { EngineKind } from "./kind.ts";
import type { Lab } from "./lab.ts";

/** Levels that the engine may open. */
const DEPTH = 24;
/** One in so many valid documents is read by a cursor, value by value. */
const WALKED = 24;
const [OK, TOO_DEEP] = [0, 5];

const SPACES = tokens(" ", "\n", "\t", "\r\n  ", " ".repeat(9), " ".repeat(19));
const WORDS = tokens("null", "true", "false", "{}", "[]");
const NUMBERS = tokens(
  "0", "-0", "1", "-1", "12", "0.5", "1e3", "-1E-400", "1e400", "0e0", "9007199254740993", "1.50", "100000000000",
); // prettier-ignore
const PIECES = tokens(
  "a", "Z", "model", "0123456789abcdef", " ", "{", "]", ",", ":", "/", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x99\x82", "\x7f",
  '\\"', "\\\\", "\\/", "\\n", "\\t", "\\u0041", "\\ud83d\\ude00", "\\ud83d", "\\ude00", "\\u0000", "x".repeat(33),
  "y".repeat(70),
); // prettier-ignore
const KEYS = tokens('"a"', '"type"', '"role"', '""', '"\\u0061"', '"content"', '"__proto__"');
const DEEP = tokens(
  "[".repeat(23),
  "[".repeat(24),
  "[".repeat(25),
  '{"a":'.repeat(24),
  "]".repeat(24),
  "}".repeat(23),
);
const SPECIAL = [
  ...Buffer.from('"\\{}[]:,-+.eE019tfnu \n\t\0\x1f\x7f', "latin1"),
  0x80,
  0xc3,
  0xff,
];

const [QUOTE, COLON, COMMA] = [0x22, 0x3a, 0x2c];

function makeSpace(random: Random, draft: Draft): void {
  if (random.oneIn(6)) draft.add(random.pick(SPACES));
}

function makeString(random: Random, draft: Draft): void {
  draft.byte(QUOTE);
  for (let count = random.int(5); count > 0; count--) draft.add(random.pick(PIECES));
  draft.byte(QUOTE);
}

function makeList(random: Random, draft: Draft, depth: number): void {
  const isObject = random.oneIn(2);
  draft.byte(isObject ? 0x7b : 0x5b);
  makeSpace(random, draft);
  for (let left = random.int(4); left > 0; left--) {
    if (isObject) {
      if (random.oneIn(4)) makeString(random, draft);
      else draft.add(random.pick(KEYS));
      makeSpace(random, draft);
      draft.byte(COLON);
    }
    makeSpace(random, draft);
    makeValue(random, draft, depth + 1);
    makeSpace(random, draft);
    if (left > 1) {
      draft.byte(COMMA);
      makeSpace(random, draft);
    }
  }
  draft.byte(isObject ? 0x7d : 0x5d);
}

function makeValue(random: Random, draft: Draft, depth: number): void {
  const kind = random.int(depth === 0 ? 12 : depth > 4 ? 5 : 9);
  if (kind < 1) draft.add(random.pick(WORDS));
  else if (kind < 3) draft.add(random.pick(NUMBERS));
  else if (kind < 5) makeString(random, draft);
  else makeList(random, draft, depth);
}

/** Nesting around the limit, mostly closed as it should be. */
function makeDeep(random: Random, draft: Draft): void {
  for (let count = 1 + random.int(2); count > 0; count--) draft.add(random.pick(DEEP));
  makeValue(random, draft, 3);
  for (let count = 1 + random.int(2); count > 0; count--) draft.add(random.pick(DEEP));
}

/** Most levels that are open at one time; brackets inside strings are none. */
function levelsOf(text: string): number {
  let [open, most] = [0, 0];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === "[" || token === "{") most = Math.max(most, ++open);
    else if (token === "]" || token === "}") open--;
  }
  return most;
}

/** Whether a text has so many brackets that its levels must be counted. */
function mayBeDeep(text: string): boolean {
  let brackets = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) brackets++;
  }
  return brackets > DEPTH;
}

/** JSON has no undefined: that is for what is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The vector form and the plain form of the search for the end of a string, from anywhere. */
function sameSearch({ x, input }: Lab, length: number, random: Random): boolean {
  const from = input + random.int(length + 1);
  const end = input + length;
  const one = x.findStringEndSimd(from, end);
  const [oneEscaped, oneStatus] = [x.lastScanEscaped(), one === 0 ? x.lastScanStatus() : 0];
  const other = x.findStringEndScalar(from, end);
  if (one !== other) return false;
  if (one === 0) return oneStatus === x.lastScanStatus();
  return oneEscaped === x.lastScanEscaped();
}

/** A name with an escape is cut where no name that is known could be as long. */
const LONG_NAME = /"(?:[^"\\]|\\.){100,}"/;

function sameValue(lab: Lab, draft: Draft, random: Random): boolean {
  // Bytes that are no UTF-8 are taken as they are; JavaScript reads something else in their place.
  const text = draft.bytes.toString("utf8", 0, draft.used);
  if (text.includes("\ufffd") || LONG_NAME.test(text)) return true;
  const walked = walk(lab.probe, lab.input, draft.used, DEPTH, () => !random.oneIn(4));
  return STATUS[OK] === walked.status && isDeepStrictEqual(walked.value, JSON.parse(text));
}

export const JSON_KIND: EngineKind = {
  make(random, draft) {
    makeSpace(random, draft);
    if (random.oneIn(16)) makeDeep(random, draft);
    else makeValue(random, draft, 0);
    makeSpace(random, draft);
    if (random.oneIn(2)) damage(draft, random, SPECIAL);
  },
  judge(lab, draft, random) {
    const ptr = lab.put(draft);
    if (!sameSearch(lab, draft.used, random)) return "vector and plain search differ";
    const verdict = lab.x.checkDocument(ptr, draft.used, DEPTH);
    // JSON.parse of one character per byte: no byte above 0x7f has a meaning outside of strings in either reading.
    const { text } = draft;
    const plain = parse(text);
    if (plain !== undefined && mayBeDeep(text) && levelsOf(text) > DEPTH)
      return verdict === TOO_DEEP ? undefined : "too deep and not told";
    // What is broken behind a level too many is told as too deep.
    if (verdict === TOO_DEEP) return plain === undefined ? undefined : "told too deep";
    if ((plain !== undefined) !== (verdict === OK)) return `verdict ${STATUS[verdict]}`;
    if (plain === undefined || !random.oneIn(WALKED)) return undefined;
    return sameValue(lab, draft, random) ? undefined : "another value";
  },
};
