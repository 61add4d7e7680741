import { describe, expect, test } from "vitest";
import { bedrockChunk, encodeMessage, joined, rawMessage } from "../../support/event_stream.ts";
import { Probe } from "../../support/probe.ts";
import { drive, withoutPlaces } from "./drive.ts";

const OVERFLOW = 1;
const NO_MEMORY = 2;
const MEGABYTE = 1 << 20;

/** Hands bytes in and answers how many messages they gave. */
function feed(probe: Probe, decoder: number, bytes: Uint8Array): number {
  const { exports: x } = probe;
  const ptr = probe.put(bytes);
  x.eventStreamFeed(decoder, ptr, bytes.length);
  let messages = 0;
  while (x.eventStreamNext(decoder) === 1) messages += 1;
  probe.drop(ptr, bytes.length);
  return messages;
}

/** A message of exactly `total` bytes. */
const sized = (total: number): Uint8Array<ArrayBuffer> =>
  rawMessage(new Uint8Array(0), new Uint8Array(total - 16).fill(0x78));

describe("limits", () => {
  test("a message of exactly the cap passes, of one byte more it does not, however cut", () => {
    const probe = new Probe();
    for (const cuts of [[], [4], [12], [40]]) {
      const exact = drive(probe, joined(sized(100), sized(100)), { cuts, cap: 100 });
      expect(exact).toHaveLength(3);
      expect(exact[2]).toBe("end ok");
      expect(drive(probe, sized(101), { cuts, cap: 100 })).toEqual(["end overflow"]);
    }
  });

  test("a length above the cap is refused with the prelude: nothing is kept for it", () => {
    const probe = new Probe();
    const { exports: x } = probe;
    for (const total of [MEGABYTE + 1, 0x7fff_ffff, 0xffff_ffff]) {
      const live = x.liveBytes();
      const decoder = x.openEventStream(MEGABYTE);
      const bytes = rawMessage(new Uint8Array(0), "abc", { total });
      const opened = x.liveBytes();
      expect(feed(probe, decoder, bytes.subarray(0, 12))).toBe(0);
      expect(x.eventStreamStatus(decoder)).toBe(OVERFLOW);
      expect(x.liveBytes()).toBe(opened);
      expect(feed(probe, decoder, bedrockChunk("{}"))).toBe(0);
      x.closeEventStream(decoder);
      expect(x.liveBytes()).toBe(live);
    }
  });

  test("the largest cap does not wrap", () => {
    for (const cap of [0xffff_ffff, 0xffff_fff0, 0x8000_0000]) {
      const log = withoutPlaces(drive(new Probe(), encodeMessage({}, "a"), { cuts: [3, 14], cap }));
      expect(log).toEqual(['? "a"', "end ok"]);
    }
  });

  test("a message of ten megabytes arrives whole, and memory for it grows with what has come", () => {
    const probe = new Probe();
    const { exports: x } = probe;
    const payload = Uint8Array.from({ length: 10 * MEGABYTE }, (_, i) => i * 31);
    const bytes = joined(encodeMessage({}, payload), encodeMessage({}, "next"));
    const live = x.liveBytes();
    const decoder = x.openEventStream(11 * MEGABYTE);
    feed(probe, decoder, bytes.subarray(0, 1000));
    expect(x.liveBytes() - live).toBeLessThan(8192);
    const ptr = probe.put(bytes.subarray(1000));
    x.eventStreamFeed(decoder, ptr, bytes.length - 1000);
    expect(x.eventStreamNext(decoder)).toBe(1);
    const got = probe.take(x.eventStreamPayloadPtr(decoder), x.eventStreamPayloadLen(decoder));
    expect(Buffer.compare(got, payload)).toBe(0);
    expect(x.eventStreamNext(decoder)).toBe(1);
    expect(x.eventStreamPayloadLen(decoder)).toBe(4);
    expect(x.eventStreamNext(decoder)).toBe(0);
    probe.drop(ptr, bytes.length - 1000);
    expect(x.liveBytes() - live).toBeLessThan(8192);
    x.closeEventStream(decoder);
    expect(x.liveBytes()).toBe(live);
  });

  test("thousands of streams leave nothing behind, wherever they stop", () => {
    const probe = new Probe();
    const { exports: x } = probe;
    const live = x.liveBytes();
    const whole = bedrockChunk("{}");
    const damaged = whole.slice();
    damaged[20] ^= 1;
    const stops = [0, 1, 11, 12, 13, whole.length - 1, whole.length].map((len) =>
      whole.slice(0, len),
    );
    const round = (): void => {
      for (const bytes of [...stops, damaged, sized(5000)]) {
        const decoder = x.openEventStream(4000);
        for (let at = 0; at < bytes.length; at += 7)
          feed(probe, decoder, bytes.subarray(at, at + 7));
        x.closeEventStream(decoder);
      }
    };
    round();
    const { pages } = probe;
    for (let i = 0; i < 100; i++) round();
    expect(x.liveBytes()).toBe(live);
    expect(probe.pages).toBe(pages);
  });

  test("exhausted memory is a status that stays, not a trap", () => {
    const probe = new Probe(20);
    const { exports: x } = probe;
    const decoder = x.openEventStream(64 * MEGABYTE);
    const large = rawMessage(new Uint8Array(0), new Uint8Array(2 * MEGABYTE));
    for (let at = 0; at < large.length; at += 50_000)
      feed(probe, decoder, large.subarray(at, at + 50_000));
    expect(x.eventStreamStatus(decoder)).toBe(NO_MEMORY);
    expect(feed(probe, decoder, bedrockChunk("{}"))).toBe(0);
    expect(x.eventStreamStatus(decoder)).toBe(NO_MEMORY);
    x.closeEventStream(decoder);
    const full = new Probe(8);
    while (full.exports.allocate(60_000) !== 0);
    while (full.exports.allocate(100) !== 0);
    expect(full.exports.openEventStream(100)).toBe(0);
  });
});
