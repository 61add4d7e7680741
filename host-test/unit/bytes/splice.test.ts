import { beforeEach, describe, expect, test } from "vitest";
import { Probe, randomFrom, utf8 } from "../../support/probe.ts";

let probe: Probe;
let out: number;

function begin(text: string, cap: number): void {
  const bytes = utf8(text);
  const ptr = probe.put(bytes);
  probe.exports.writerBegin(out, 0, cap);
  probe.exports.writerPut(out, ptr, bytes.length);
  probe.drop(ptr, bytes.length);
}

function splice(at: number, gap: number, text: string): boolean {
  const bytes = utf8(text);
  const ptr = probe.put(bytes);
  const done = probe.exports.splice(out, at, gap, ptr, bytes.length) !== 0;
  probe.drop(ptr, bytes.length);
  return done;
}

const text = (): string => Buffer.from(probe.written(out)).toString();

beforeEach(() => {
  probe = new Probe();
  out = probe.exports.makeWriter();
});

describe("splice", () => {
  test("puts any text in the place of any other", () => {
    const random = randomFrom(3);
    for (let round = 0; round < 500; round++) {
      const old = "0123456789".repeat(20).slice(0, random(200));
      const at = random(old.length + 1);
      const gap = random(old.length - at + 1);
      const filling = "abcdefghij".repeat(30).slice(0, random(4) === 0 ? random(300) : random(20));
      begin(old, 10_000);
      expect(splice(at, gap, filling)).toBe(true);
      expect(text()).toBe(old.slice(0, at) + filling + old.slice(at + gap));
    }
  });

  test("fills the cap and not one byte more", () => {
    begin("0123456789", 12);
    expect(splice(4, 1, "abc")).toBe(true);
    expect(text()).toBe("0123abc56789");
    expect(splice(0, 1, "xy")).toBe(false);
    expect(probe.exports.writerFailed(out)).not.toBe(0);
  });
});
