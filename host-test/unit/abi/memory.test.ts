import { describe, expect, test } from "vitest";
import { Probe } from "../../support/probe.ts";

describe("callback memory", () => {
  test("blocks given to the host live until the callback's end, then the same places come again", () => {
    const probe = new Probe();
    const { proxy_on_memory_allocate, dropScratch, liveBytes } = probe.exports;
    const live = liveBytes();
    const round = (): number[] =>
      [10, 5000, 200_000, 1].map((size) => proxy_on_memory_allocate(size));
    expect(new Set(round()).size).toBe(4);
    dropScratch();
    expect(liveBytes()).toBe(live);
    const { pages } = probe;
    // From the second callback on the pages of the first are used again.
    const places = round();
    dropScratch();
    for (let i = 0; i < 200; i++) {
      expect(round()).toEqual(places);
      dropScratch();
    }
    expect(probe.pages).toBe(pages);
  });

  test("a size that memory cannot hold answers 0, which the host reports, and nothing traps", () => {
    const probe = new Probe(20);
    const { proxy_on_memory_allocate, dropScratch } = probe.exports;
    for (const size of [2_000_000, 0x3000_0000, 0x7fff_ffff, 0xffff_ffff]) {
      expect(proxy_on_memory_allocate(size)).toBe(0);
    }
    expect(proxy_on_memory_allocate(1000)).not.toBe(0);
    dropScratch();
  });

  test("a large output is given back behind its callback, a small one is kept", () => {
    const probe = new Probe();
    const { outputWriter, writerBegin, dropScratch, liveBytes } = probe.exports;
    const live = liveBytes();
    const out = outputWriter();
    writerBegin(out, 1_000_000, 1_000_000);
    dropScratch();
    expect(liveBytes()).toBe(live);
    writerBegin(out, 1000, 1000);
    dropScratch();
    expect(liveBytes()).toBe(live + 1016);
  });
});
