import { describe, expect, test } from "vitest";
import { latin1, Probe, randomFrom } from "../../support/probe.ts";

const probe = new Probe();
const { exports: x } = probe;
const out = x.makeWriter();

function printed(value: bigint): string {
  x.writerBegin(out, 32, 32);
  x.putU64(out, value);
  return Buffer.from(probe.written(out)).toString("latin1");
}

function read(text: string): number {
  const bytes = latin1(text);
  const ptr = probe.put(bytes, latin1("7"));
  const value = x.readU32(ptr, bytes.length);
  probe.drop(ptr, bytes.length);
  return Number(value);
}

describe("decimal", () => {
  test("every number of digits is printed", () => {
    for (let power = 0n, value = 1n; power < 20n; power++, value *= 10n) {
      for (const near of [value - 1n, value, value + 1n]) expect(printed(near)).toBe(String(near));
    }
    expect(printed(2n ** 64n - 1n)).toBe("18446744073709551615");
  });

  test("random 64-bit values are printed", () => {
    const random = randomFrom(1);
    for (let i = 0; i < 2000; i++) {
      const wide = (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));
      const value = wide >> BigInt(random(64));
      expect(printed(value)).toBe(String(value));
    }
  });

  test.each([
    ["0", 0],
    ["007", 7],
    ["4294967294", 4294967294],
    ["4294967295", 4294967295],
    ["4294967296", 4294967295],
    ["99999999999999999999999999", 4294967295],
    ["", -1],
    ["-1", -1],
    ["+1", -1],
    [" 1", -1],
    ["1 ", -1],
    ["1a", -1],
    ["99999999999999999999999999x", -1],
    ["1.0", -1],
    ["/", -1],
    [":", -1],
    ["\xb1", -1],
  ])("%j is read as %i", (text, value) => {
    expect(read(text)).toBe(value);
  });
});
