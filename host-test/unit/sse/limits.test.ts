import { describe, expect, test } from "vitest";
import { latin1, Probe, randomFrom, utf8 } from "../../support/probe.ts";
import { drive, windowsOf, withoutPlaces } from "./drive.ts";

const OVERFLOW = 1;
const NO_MEMORY = 2;
const MEGABYTE = 1 << 20;

/** Hands a text in and answers how many events it gave. */
function feed(probe: Probe, decoder: number, text: string | Uint8Array): number {
  const { exports: x } = probe;
  const bytes = typeof text === "string" ? utf8(text) : text;
  const ptr = probe.put(bytes);
  x.decoderFeed(decoder, ptr, bytes.length);
  let events = 0;
  while (x.decoderNext(decoder) === 1) events += 1;
  probe.drop(ptr, bytes.length);
  return events;
}

describe("limits", () => {
  test.each([
    ["a data line", "data: 0123456789x\n\n"],
    ["joined data", "data: 0123\ndata: 456789\n\n"],
    ["a comment", ": 0123456789012345\n"],
    ["a line without end", "0123456789012345x"],
  ])("%s above the cap is final: later windows give nothing", (_, text) => {
    const probe = new Probe();
    const { exports: x } = probe;
    const decoder = x.openDecoder(10);
    expect(feed(probe, decoder, "data: a\n\n")).toBe(1);
    expect(feed(probe, decoder, text)).toBe(0);
    expect(x.decoderStatus(decoder)).toBe(OVERFLOW);
    for (let i = 0; i < 3; i++) expect(feed(probe, decoder, "\n\ndata: b\n\n")).toBe(0);
    x.decoderEnd(decoder);
    expect(x.decoderNext(decoder)).toBe(0);
    expect(x.decoderStatus(decoder)).toBe(OVERFLOW);
  });

  test("an event of ten megabytes arrives whole, in one window or in many", () => {
    const probe = new Probe();
    const random = randomFrom(4);
    const data = Buffer.from(Array.from({ length: 10 * MEGABYTE }, () => 0x20 + random(0x5f)));
    const bytes = Buffer.concat([utf8("data: "), data, utf8("\n\ndata: next\n\n")]);
    const { exports: x } = probe;
    for (const size of [bytes.length, 65_536, 16_384]) {
      const decoder = x.openDecoder(data.length);
      let seen = 0;
      for (let at = 0; at < bytes.length; at += size) {
        const window = bytes.subarray(at, at + size);
        const ptr = probe.put(window);
        x.decoderFeed(decoder, ptr, window.length);
        while (x.decoderNext(decoder) === 1) {
          const got = probe.take(x.decoderDataPtr(decoder), x.decoderDataLen(decoder));
          expect(Buffer.compare(got, seen === 0 ? data : utf8("next"))).toBe(0);
          seen += 1;
        }
        probe.drop(ptr, window.length);
      }
      expect(seen).toBe(2);
      x.closeDecoder(decoder);
    }
  });

  test("what a decoder holds stays near its cap, not at twice of it", () => {
    const probe = new Probe();
    const { exports: x } = probe;
    const cap = MEGABYTE + 1000;
    const live = x.liveBytes();
    const decoder = x.openDecoder(cap);
    const piece = "x".repeat(1000);
    feed(probe, decoder, "data: ");
    for (let len = 0; len + 1000 <= cap; len += 1000) feed(probe, decoder, piece);
    expect(x.liveBytes() - live).toBeGreaterThan(MEGABYTE);
    expect(x.liveBytes() - live).toBeLessThan(cap + 1000);
    x.closeDecoder(decoder);
    expect(x.liveBytes()).toBe(live);
  });

  test("after a large event an idle decoder holds a few kilobytes", () => {
    const probe = new Probe();
    const { exports: x } = probe;
    const live = x.liveBytes();
    const decoder = x.openDecoder(MEGABYTE);
    for (const piece of ["data: ", "x".repeat(500_000), "y".repeat(500_000), "\n", "\n"]) {
      feed(probe, decoder, piece);
    }
    feed(probe, decoder, ": idle\n\n");
    expect(x.liveBytes() - live).toBeLessThan(8192);
    x.closeDecoder(decoder);
    expect(x.liveBytes()).toBe(live);
  });

  test("thousands of streams leave nothing behind, wherever they stop", () => {
    const probe = new Probe();
    const { exports: x } = probe;
    const live = x.liveBytes();
    const stops = [
      "",
      "data",
      "data: a\n",
      "data: a\ndata: b",
      "event: x\n",
      "data: a\n\n",
      "data: 0123456789x\n",
    ];
    const round = (): void => {
      for (const stop of stops) {
        const decoder = x.openDecoder(10);
        for (const char of stop) feed(probe, decoder, char);
        x.closeDecoder(decoder);
      }
    };
    round();
    const { pages } = probe;
    for (let i = 0; i < 500; i++) round();
    expect(x.liveBytes()).toBe(live);
    expect(probe.pages).toBe(pages);
  });

  test("exhausted memory is a status that stays, not a trap", () => {
    const probe = new Probe(20);
    const { exports: x } = probe;
    const decoder = x.openDecoder(64 * MEGABYTE);
    expect(feed(probe, decoder, "data: a\n\ndata: ")).toBe(1);
    const piece = "x".repeat(100_000);
    for (let i = 0; i < 20; i++) feed(probe, decoder, piece);
    expect(x.decoderStatus(decoder)).toBe(NO_MEMORY);
    expect(feed(probe, decoder, "\n\ndata: b\n\n")).toBe(0);
    expect(x.decoderStatus(decoder)).toBe(NO_MEMORY);
    x.closeDecoder(decoder);
    const full = new Probe(6);
    while (full.exports.allocate(60_000) !== 0);
    while (full.exports.allocate(100) !== 0);
    const low = full.take(0, 4096);
    expect(full.exports.openDecoder(100)).toBe(0);
    expect(full.take(0, 4096)).toEqual(low); // nothing was written through the null address
  });

  test("the largest cap does not wrap: small events pass", () => {
    for (const cap of [0xffff_ffff, 0xffff_fffa, 0x8000_0000]) {
      const log = withoutPlaces(drive(new Probe(), utf8("data: a\ndata: b\n\n"), [3, 9], cap));
      expect(log).toEqual(['event len=3 "a\\nb"', "end ok"]);
    }
  });

  test("empty windows change nothing", () => {
    const bytes = utf8("data: a\r\n\r\ndata: b\ndata: c\n\n");
    const probe = new Probe();
    const everywhere = windowsOf(1, bytes.length).flatMap((cut) => [cut, cut, cut]);
    expect(withoutPlaces(drive(probe, bytes, [0, 0, ...everywhere]))).toEqual(
      withoutPlaces(drive(probe, bytes)),
    );
  });
});

describe("line ends", () => {
  test("the first CR or LF is found at every length and alignment, never behind the end", () => {
    const probe = new Probe();
    const random = randomFrom(9);
    const base = (probe.block(256) + 15) & ~15;
    for (let align = 0; align < 16; align++) {
      for (let len = 0; len <= 50; len++) {
        for (let round = 0; round < 4; round++) {
          const text = Array.from(
            { length: len },
            () => "abcdefghijk\x0b\x0c\x0e\x8a\x8d\n\r"[random(18)],
          );
          const line = text.join("");
          probe.write(base + align, latin1(line), latin1("z\n\r"));
          const end = probe.exports.findLineEnd(base + align, base + align + len);
          const want = line.search(/[\r\n]/);
          expect(end - base - align).toBe(want < 0 ? len : want);
        }
      }
    }
  });
});

describe("encoder", () => {
  test("a frame is one data line and a blank line", () => {
    const probe = new Probe();
    const { exports: x } = probe;
    const out = x.makeWriter();
    x.writerBegin(out, 0, 100);
    for (const payload of ["{}", "[DONE]"]) {
      x.beginData(out);
      x.writerPut(out, probe.put(utf8(payload)), payload.length);
      x.endData(out);
    }
    const frames = probe.written(out);
    expect(Buffer.from(frames).toString()).toBe("data: {}\n\ndata: [DONE]\n\n");
    expect(drive(probe, frames)).toEqual([
      'event off=6 len=2 "{}"',
      'event off=16 len=6 "[DONE]"',
      "end ok",
    ]);
  });
});
