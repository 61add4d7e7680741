import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { Probe, randomFrom } from "../../support/probe.ts";

const probe = new Probe();

test("the checksum is that of zlib, at every length and alignment", () => {
  const random = randomFrom(3);
  const base = (probe.block(512) + 15) & ~15;
  for (let align = 0; align < 8; align++) {
    for (let len = 0; len <= 80; len++) {
      const bytes = Uint8Array.from({ length: len }, () => random(256));
      probe.write(base + align, bytes);
      expect(probe.exports.crc32(base + align, len) >>> 0, `${align}, ${len}`).toBe(crc32(bytes));
    }
  }
});

test("a megabyte of every byte, and the check value of the standard", () => {
  const large = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 167) >> 3);
  for (const bytes of [large, Buffer.from("123456789")]) {
    const ptr = probe.put(bytes);
    expect(probe.exports.crc32(ptr, bytes.length) >>> 0).toBe(crc32(bytes));
    probe.drop(ptr, bytes.length);
  }
  expect(crc32("123456789")).toBe(0xcbf43926);
});
