/** Binary event streams, right and hostile, against a plain reading, whole and cut anywhere. */
import type { Random } from "../random.ts";
import { damage, tokens, type Draft } from "./draft.ts";
import { crcOf, endFrame, putHeader, startFrame } from "./frames.ts";
import type { EngineKind } from "./kind.ts";
import { fold, hashOf, type Lab } from "./lab.ts";
import { cutsOf } from "./sse.ts";

const WIDE_CAP = 1 << 20;
const [FRAME, PRELUDE] = [16, 12];
const MOST_HEADERS = 131_072;
const [OK, OVERFLOW, CORRUPT, TRUNCATED] = [0, 1, 3, 4];
const NAMES = [":message-type", ":event-type", ":exception-type", ":error-code", ":error-message"];
const TYPES = ["event", "exception", "error"];
const TEXT = 7;
/** Bytes of a value by its kind; undefined: its length stands in front. */
const SIZES: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];

const HEADER_NAMES = tokens(...NAMES, ":message-type", ":message-typf", ":content-type", "x", "");
const VALUES = tokens("event", "exception", "error", "chunk", "", "x".repeat(40), "\xff\0");
const PAYLOADS = tokens(
  "",
  "{}",
  '{"bytes":"e30=","p":"abc"}',
  "\0\xff",
  "x".repeat(90),
  "{".repeat(17),
);
const SPECIAL = [0, 1, 6, 7, 9, 10, 0x10, 0x7f, 0x80, 0xff];

function makeFrame(random: Random, draft: Draft): void {
  const start = startFrame(draft);
  for (let count = random.int(4); count > 0; count--) {
    const kind = random.oneIn(3) ? random.int(10) : TEXT;
    putHeader(draft, random.pick(HEADER_NAMES), kind, random.pick(VALUES), SIZES[kind]);
  }
  // Damage that its checksums cover: only the lengths inside can tell it.
  const headersEnd = draft.used;
  draft.add(random.pick(PAYLOADS));
  if (random.oneIn(10) && headersEnd > start + PRELUDE)
    draft.bytes[start + PRELUDE + random.int(headersEnd - start - PRELUDE)] = random.int(256);
  const lie = random.oneIn(12) ? random.pick([-1, 1, 16, 0x7fff_0000, -12]) : 0;
  endFrame(draft, start, headersEnd, { lie, total: random.oneIn(2) });
}

/** Digest of the messages that the engine answers for these windows. */
function read(lab: Lab, draft: Draft, cuts: readonly number[], cap: number): number {
  const { x } = lab;
  const decoder = x.openEventStream(cap);
  let digest = 0;
  const take = (): void => {
    while (x.eventStreamNext(decoder) === 1) {
      digest = fold(digest, x.eventStreamType(decoder));
      digest = fold(
        digest,
        x.fnv1a(x.eventStreamPayloadPtr(decoder), x.eventStreamPayloadLen(decoder)),
      );
      for (let name = 1; name <= NAMES.length; name++) {
        const ptr = x.eventStreamHeaderPtr(decoder, name);
        const value = ptr === 0 ? 0 : x.fnv1a(ptr, x.eventStreamHeaderLen(decoder, name));
        digest = fold(digest, value);
      }
    }
  };
  let at = 0;
  for (const cut of cuts) {
    x.eventStreamFeed(decoder, lab.put(draft, at, cut), cut - at);
    take();
    at = cut;
  }
  x.eventStreamEnd(decoder);
  take();
  digest = fold(digest, x.eventStreamStatus(decoder));
  x.closeEventStream(decoder);
  return digest;
}

/** Values of the known headers as text; undefined when the headers are broken. */
function readHeaders(bytes: Buffer, from: number, end: number): Map<string, string> | undefined {
  const texts = new Map<string, string>();
  const seen = new Set<string>();
  for (let at = from; at < end;) {
    const kindAt = at + 1 + (bytes[at] as number);
    if (kindAt >= end) return undefined;
    const kind = bytes[kindAt] as number;
    if (kind >= SIZES.length) return undefined;
    const size = SIZES[kind];
    const valueAt = kindAt + (size === undefined ? 3 : 1);
    const length = size ?? (valueAt <= end ? bytes.readUInt16BE(kindAt + 1) : Infinity);
    if (valueAt + length > end) return undefined;
    const name = bytes.toString("latin1", at + 1, kindAt);
    if (NAMES.includes(name)) {
      if (seen.has(name)) return undefined;
      seen.add(name);
      if (kind === TEXT) texts.set(name, bytes.toString("latin1", valueAt, valueAt + length));
    }
    at = valueAt + length;
  }
  return texts;
}

/** What the prelude at `at` says: the length of its message and of its headers, or why it is refused. */
function readPrelude({ bytes, used }: Draft, at: number, cap: number): [number, number] | number {
  if (used - at < PRELUDE) return TRUNCATED;
  const [total, headers] = [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
  const right = crcOf(bytes, at, at + 8) === bytes.readUInt32BE(at + 8);
  if (!right || total < FRAME || headers > Math.min(total - FRAME, MOST_HEADERS)) return CORRUPT;
  if (total > cap) return OVERFLOW;
  return used - at < total ? TRUNCATED : [total, headers];
}

/** The same digest by a plain reading of the whole stream. */
function readPlainly(draft: Draft, cap: number): number {
  const { bytes, used } = draft;
  let digest = 0;
  for (let at = 0; at < used;) {
    const prelude = readPrelude(draft, at, cap);
    if (typeof prelude === "number") return fold(digest, prelude);
    const [total, headers] = prelude;
    const end = at + total - 4;
    const payload = at + PRELUDE + headers;
    const texts = readHeaders(bytes, at + PRELUDE, payload);
    if (crcOf(bytes, at, end) !== bytes.readUInt32BE(end) || texts === undefined)
      return fold(digest, CORRUPT);
    digest = fold(digest, TYPES.indexOf(texts.get(NAMES[0] as string) ?? "") + 1);
    digest = fold(digest, hashOf(bytes.toString("latin1", payload, end)));
    for (const name of NAMES) {
      const value = texts.get(name);
      digest = fold(digest, value === undefined ? 0 : hashOf(value));
    }
    at += total;
  }
  return fold(digest, OK);
}

export const EVENT_STREAM_KIND: EngineKind = {
  make(random, draft) {
    for (let count = 1 + random.int(3); count > 0; count--) makeFrame(random, draft);
    if (random.oneIn(3)) damage(draft, random, SPECIAL);
  },
  judge(lab, draft, random) {
    const cap = random.oneIn(4) ? 16 + random.int(150) : WIDE_CAP;
    const wanted = readPlainly(draft, cap);
    if (read(lab, draft, [draft.used], cap) !== wanted) return "another reading";
    if (read(lab, draft, cutsOf(draft.used, random), cap) !== wanted)
      return "split: another reading";
    return undefined;
  },
};
