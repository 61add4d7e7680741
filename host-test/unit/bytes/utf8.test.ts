import { describe, expect, test } from "vitest";
import { Probe, randomFrom, utf8 } from "../../support/probe.ts";

const probe = new Probe();
const { exports: x } = probe;
const INVALID = 0xff000000;
const FATAL = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isValid(bytes: Uint8Array): boolean {
  try {
    FATAL.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** State behind `bytes` cut at the given places; behind the end stands what could complete a character. */
function stateOf(bytes: Uint8Array, cuts: number[]): number {
  const ptr = probe.put(bytes, Uint8Array.of(0x80, 0x80));
  let state = 0;
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    state = x.feedUtf8(state, ptr + at, cut - at) >>> 0;
    at = cut;
  }
  probe.drop(ptr, bytes.length);
  return state;
}

/** Expects the verdict of TextDecoder whole, at every single cut and byte by byte. */
function check(bytes: Uint8Array): void {
  const every = Array.from(bytes.keys());
  const states = [[], every, ...every.map((cut) => [cut])].map((cuts) => stateOf(bytes, cuts));
  const whole = states[0];
  const name = Buffer.from(bytes).toString("hex");
  if (states.some((state) => state !== whole)) throw new Error(`${name}: a cut changes the state`);
  if ((whole === 0) !== isValid(bytes)) throw new Error(`${name}: state ${whole.toString(16)}`);
}

/** Expects the verdict of TextDecoder. */
function checkWhole(bytes: Uint8Array): void {
  const ptr = probe.put(bytes, Uint8Array.of(0x80));
  const verdict = x.isUtf8(ptr, bytes.length) === 1;
  probe.drop(ptr, bytes.length);
  if (verdict !== isValid(bytes)) throw new Error(Buffer.from(bytes).toString("hex"));
}

/** Valid and broken sequences at each boundary of the table of well-formed sequences. */
const EDGES = [
  "00",
  "7f",
  "80",
  "bf",
  "c0",
  "c1",
  "c080",
  "c1bf",
  "c280",
  "c27f",
  "c2c0",
  "dfbf",
  "e0",
  "e0a0",
  "e09f80",
  "e0a080",
  "e0bfbf",
  "e18080",
  "ecbfbf",
  "ed8080",
  "ed9fbf",
  "eda080",
  "edbfbf",
  "ee8080",
  "efbfbf",
  "efbbbf",
  "f08f8080",
  "f0908080",
  "f0bfbfbf",
  "f1808080",
  "f3bfbfbf",
  "f48fbfbf",
  "f4908080",
  "f5808080",
  "f8888080",
  "fc",
  "fe",
  "ff",
  "f09f98",
  "e282",
  "e28228",
  "f0288cbc",
  "f09028bc",
  "f0908c28",
];

describe("utf8", () => {
  test.each(EDGES)("%s has the verdict of TextDecoder, alone and between other text", (hex) => {
    const bytes = Buffer.from(hex, "hex");
    check(bytes);
    check(Buffer.concat([utf8("0123456789é"), bytes, utf8("€ behind")]));
    check(Buffer.concat([bytes, bytes]));
  });

  test("every sequence of two bytes, and every second byte of longer ones, has the right verdict", () => {
    const rests = [[], [0x80], [0xbf, 0x80]];
    for (let pair = 0x7f00; pair <= 0xffff; pair++) {
      for (const rest of rests) checkWhole(Uint8Array.of(pair >> 8, pair & 0xff, ...rest));
    }
  });

  test("mixed text of all lengths survives every cut", () => {
    const text = utf8(
      "plain ASCII longer than a word, naïve, 日本語, 🙂👩‍👩‍👧, \u0000, \uffff, \u{10ffff}.",
    );
    for (let len = 0; len <= text.length; len++) check(text.subarray(0, len));
  });

  test("random bytes biased to characters of several bytes have the verdict of TextDecoder", () => {
    const random = randomFrom(20);
    const pieces = ["a", "é", "€", "🙂", "\u07ff", "\u0800", "\ud7ff", "\ue000"].map(utf8);
    for (let i = 0; i < 5000; i++) {
      const parts = Array.from({ length: random(8) }, () => pieces[random(pieces.length)]);
      const bytes = Buffer.concat(parts);
      if (bytes.length > 0 && random(2) === 0) bytes[random(bytes.length)] = random(256);
      check(bytes);
    }
  });

  test("an invalid state stays, whatever follows", () => {
    const ptr = probe.put(utf8("valid text"));
    expect(x.feedUtf8(INVALID, ptr, 10) >>> 0).toBe(INVALID);
    expect(x.feedUtf8(INVALID, ptr, 0) >>> 0).toBe(INVALID);
  });

  test("an empty window changes no state", () => {
    const ptr = probe.put(Uint8Array.of(0xf0, 0x9f));
    const middle = x.feedUtf8(0, ptr, 2);
    expect(middle).not.toBe(0);
    expect(x.feedUtf8(middle, ptr, 0)).toBe(middle);
  });
});
