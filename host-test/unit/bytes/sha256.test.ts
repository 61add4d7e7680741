import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Probe, randomFrom, utf8 } from "../../support/probe.ts";

const DIGEST_BYTES = 32;

function digest(probe: Probe, bytes: Uint8Array): string {
  const ptr = probe.put(bytes, utf8("#garbage"));
  const result = probe.take(probe.exports.sha256(ptr, bytes.length), DIGEST_BYTES);
  probe.drop(ptr, bytes.length);
  return Buffer.from(result).toString("hex");
}

const expected = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("sha256", () => {
  test("every length around the ends of blocks and their padding hashes as it should", () => {
    const probe = new Probe();
    const random = randomFrom(256);
    for (let len = 0; len <= 260; len++) {
      const bytes = Uint8Array.from({ length: len }, () => random(256));
      expect(digest(probe, bytes), `${len} bytes`).toBe(expected(bytes));
    }
  });

  test("a long message hashes as it should", () => {
    const bytes = new Uint8Array(1_000_003).fill(0x61);
    expect(digest(new Probe(), bytes)).toBe(expected(bytes));
  });
});

describe("hexadecimal digits", () => {
  test("every byte has its two digits", () => {
    const probe = new Probe();
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const ptr = probe.put(bytes);
    const out = probe.exports.makeWriter();
    probe.exports.writerBegin(out, 0, 1000);
    probe.exports.putHex(out, ptr, bytes.length);
    expect(Buffer.from(probe.written(out)).toString()).toBe(Buffer.from(bytes).toString("hex"));
  });
});
