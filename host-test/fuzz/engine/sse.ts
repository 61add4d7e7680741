/** Event streams against a plain reading of the standard, whole and cut anywhere, with wide and narrow limits. */
import type { Random } from "../random.ts";
import { damage, tokens, type Draft } from "./draft.ts";
import type { EngineKind } from "./kind.ts";
import { fold, hashOf, type Lab } from "./lab.ts";

/** A line may have so many bytes more than an event's data. */
const LINE_HEAD = 6;
const I32_MAX = 0x7fff_ffff;
const WIDE_CAP = 1 << 20;
/** Longest name that an event keeps. */
const NAME_CAP = 64;
const [OK, OVERFLOW] = [0, 1];

const ENDS = tokens("\n", "\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "\n\r");
const FIELDS = tokens(
  "data",
  "data:",
  "data: ",
  "data:  ",
  "event: ",
  "event:",
  "id: 1",
  "retry: 10",
  "retry:",
);
const VALUES = tokens(
  "9",
  "0",
  ":",
  " ",
  ": note",
  "\0",
  "dat",
  "Data: ",
  "a",
  "b",
  "{}",
  "[DONE]",
  "0123456789abcdef",
  "x".repeat(70),
);
const WHOLE = tokens(
  "data: a\n\n",
  "data: b\r\n",
  "event: e\ndata: c\r\r",
  ": c\n",
  'event: ping\ndata: {"type":"ping"}\n\n',
);
const BYTES = tokens("\xef\xbb\xbf", "\xef\xbb", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xff", "\x85");
const KINDS = [ENDS, ENDS, FIELDS, FIELDS, VALUES, VALUES, WHOLE, WHOLE, BYTES];
const MARK = tokens("\xef\xbb\xbf")[0] as Uint8Array;
const SPECIAL = [...Buffer.from("\n\r:\0 dae")];

/** Digest of the events that the engine answers for these windows. */
function read(lab: Lab, draft: Draft, cuts: readonly number[], cap: number): number {
  const { x } = lab;
  const decoder = x.openDecoder(cap);
  let digest = 0;
  let comment = false;
  const take = (): void => {
    for (;;) {
      const more = x.decoderNext(decoder) === 1;
      if (x.decoderTakeComment(decoder) === 1) comment = true;
      if (!more) return;
      if (comment) digest = fold(digest, 1);
      comment = false;
      const name = x.decoderNameLen(decoder);
      digest = fold(digest, x.fnv1a(x.decoderDataPtr(decoder), x.decoderDataLen(decoder)));
      digest = fold(digest, name);
      if (name <= NAME_CAP) digest = fold(digest, x.fnv1a(x.decoderNamePtr(decoder), name));
      digest = fold(digest, x.decoderUnfinished(decoder));
    }
  };
  let at = 0;
  for (const cut of cuts) {
    x.decoderFeed(decoder, lab.put(draft, at, cut), cut - at);
    take();
    at = cut;
  }
  x.decoderEnd(decoder);
  take();
  if (comment) digest = fold(digest, 1);
  digest = fold(fold(digest, x.decoderStatus(decoder)), x.decoderRetryMs(decoder));
  x.closeDecoder(decoder);
  return digest;
}

/** The same digest by a plain reading: lines, then fields. Comments are told once before the next event, as the engine tells them. */
class Reading {
  digest = 0;
  private data: string | undefined;
  private name = "";
  private retryMs = -1;
  private comment = false;

  constructor(private readonly cap: number) {}

  read(text: string): number {
    const lines = (text.startsWith("\xef\xbb\xbf") ? text.slice(3) : text).split(/\r\n|\n|\r/);
    const rest = lines.pop() as string;
    const fits = lines.every((line) => this.line(line)) && (rest === "" || this.line(rest));
    if (fits) this.dispatch(1);
    if (this.comment) this.digest = fold(this.digest, 1);
    return fold(fold(this.digest, fits ? OK : OVERFLOW), this.retryMs);
  }

  /** False when a limit is passed. */
  private line(line: string): boolean {
    if (line === "") return this.dispatch(0);
    if (line.length > this.cap + LINE_HEAD) return false;
    const colon = line.indexOf(":");
    if (colon === 0) return (this.comment = true);
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    return this.field(field, value);
  }

  private field(field: string, value: string): boolean {
    if (field === "data") {
      this.data = this.data === undefined ? value : `${this.data}\n${value}`;
      return this.data.length <= this.cap;
    }
    if (field === "event") this.name = value;
    else if (field === "retry" && /^\d+$/.test(value) && Number(value) <= I32_MAX)
      this.retryMs = Number(value);
    return true;
  }

  private dispatch(unfinished: number): true {
    const { data, name } = this;
    this.data = undefined;
    this.name = "";
    if (data === undefined || data === "") return true;
    if (this.comment) this.digest = fold(this.digest, 1);
    this.comment = false;
    this.digest = fold(fold(this.digest, hashOf(data)), name.length);
    if (name.length <= NAME_CAP) this.digest = fold(this.digest, hashOf(name));
    this.digest = fold(this.digest, unfinished);
    return true;
  }
}

/** Of `cutsOf`, used again by the next call. */
const CUTS: number[] = [];

/** Rising places where one window ends and the next begins, the end included; valid until the next call. */
export function cutsOf(length: number, random: Random): readonly number[] {
  const isBytewise = random.oneIn(40);
  let at = 0;
  CUTS.length = 0;
  for (let count = isBytewise ? length : 1 + random.int(4); count > 0; count--) {
    at = isBytewise ? at + 1 : at + random.int(length - at + 1);
    CUTS.push(at);
  }
  CUTS.push(length);
  return CUTS;
}

export const SSE_KIND: EngineKind = {
  make(random, draft) {
    if (random.oneIn(5)) draft.add(MARK);
    for (let count = 1 + random.int(18); count > 0; count--)
      draft.add(random.pick(random.pick(KINDS)));
    if (random.oneIn(4)) damage(draft, random, SPECIAL);
  },
  judge(lab, draft, random) {
    const cap = random.oneIn(3) ? random.int(90) : WIDE_CAP;
    const wanted = new Reading(cap).read(draft.text);
    if (read(lab, draft, [draft.used], cap) !== wanted) return "another reading";
    if (read(lab, draft, cutsOf(draft.used, random), cap) !== wanted)
      return "split: another reading";
    return undefined;
  },
};
