import { describe, expect, test } from "vitest";
import { Probe, randomFrom, SLACK, utf8 } from "../../support/probe.ts";

describe("arena", () => {
  test("blocks never overlap, are aligned to 8 bytes and have SLACK behind them", () => {
    const probe = new Probe();
    const { openArena, arenaTake } = probe.exports;
    const random = randomFrom(3);
    const arena = openArena(4096, 0x1000_0000);
    const blocks: [ptr: number, end: number][] = [];
    for (let turn = 0; turn < 2000; turn++) {
      const len = random(20) === 0 ? random(30_000) : random(200);
      const ptr = arenaTake(arena, len) >>> 0;
      expect(ptr % 8).toBe(0);
      expect(ptr + len + SLACK).toBeLessThanOrEqual(probe.memory.length);
      if (len > 0) blocks.push([ptr, ptr + len]);
    }
    blocks.sort(([a], [b]) => a - b);
    for (let i = 1; i < blocks.length; i++) {
      expect(blocks[i][0]).toBeGreaterThanOrEqual(blocks[i - 1][1]);
    }
  });

  test("the first chunk takes exactly what it has room for, then a further chunk begins", () => {
    const probe = new Probe();
    const { openArena, arenaTake, arenaHeld } = probe.exports;
    const arena = openArena(1024, 65536);
    const first = arenaTake(arena, 0) >>> 0;
    const room = arena - 8 + 1024 - SLACK - first;
    expect(arenaTake(arena, room) >>> 0).toBe(first);
    expect(arenaHeld(arena)).toBe(1024);
    expect(arenaTake(arena, 1)).not.toBe(0);
    expect(arenaHeld(arena)).toBe(2048);
  });

  test("reset frees all chunks but the first and the same places come again", () => {
    const probe = new Probe();
    const { openArena, arenaTake, arenaReset, arenaHeld, liveBytes } = probe.exports;
    const arena = openArena(2048, 0x100_0000);
    const live = liveBytes();
    const round = (): number[] =>
      [10, 500, 5000, 100_000, 7].map((len) => arenaTake(arena, len) >>> 0);
    const places = round();
    expect(liveBytes()).toBeGreaterThan(live + 105_000);
    arenaReset(arena);
    expect(liveBytes()).toBe(live);
    expect(arenaHeld(arena)).toBe(2048);
    const { pages } = probe;
    for (let i = 0; i < 200; i++) {
      expect(round()).toEqual(places);
      arenaReset(arena);
    }
    expect(probe.pages).toBe(pages);
  });

  test("closing gives back every byte", () => {
    const probe = new Probe();
    const { openArena, closeArena, arenaTake, liveBytes } = probe.exports;
    const live = liveBytes();
    const arena = openArena(512, 0x100_0000);
    for (let i = 0; i < 50; i++) arenaTake(arena, i * 40);
    closeArena(arena);
    expect(liveBytes()).toBe(live);
  });

  test("an address is known as the arena's own in every chunk, until the reset", () => {
    const probe = new Probe();
    const { openArena, arenaTake, arenaHolds, arenaReset } = probe.exports;
    const arena = openArena(512, 0x100_0000);
    const own = [10, 1000, 50_000, 20].map((len) => arenaTake(arena, len));
    const foreign = probe.block(100);
    for (const ptr of own) expect(arenaHolds(arena, ptr)).toBe(1);
    expect(arenaHolds(arena, own[2] + 49_999)).toBe(1);
    expect(arenaHolds(arena, foreign)).toBe(0);
    expect(arenaHolds(arena, 0)).toBe(0);
    arenaReset(arena);
    expect(own.map((ptr) => arenaHolds(arena, ptr))).toEqual([1, 0, 0, 0]);
  });

  test("a zeroed block is zero and a kept copy outlives its source", () => {
    const probe = new Probe();
    const { openArena, arenaTake, arenaTakeZeroed, arenaKeep, arenaReset } = probe.exports;
    const arena = openArena(4096, 65536);
    const dirty = arenaTake(arena, 100) >>> 0;
    probe.memory.fill(0xee, dirty, dirty + 100);
    arenaReset(arena);
    const clean = arenaTakeZeroed(arena, 100) >>> 0;
    expect(clean).toBe(dirty);
    expect(probe.take(clean, 100)).toEqual(new Uint8Array(100));
    const source = probe.put(utf8("kept"));
    const kept = arenaKeep(arena, source, 4);
    probe.memory.fill(0, source, source + 4);
    expect(probe.utf8(kept, 4)).toBe("kept");
  });

  test("the cap bounds all chunks together: what fills it is given, one byte more is 0", () => {
    const HEAD = 8;
    for (const over of [0, 1]) {
      const probe = new Probe();
      const { openArena, arenaTake, arenaHeld, liveBytes } = probe.exports;
      const arena = openArena(1024, 1024 + 8192);
      const live = liveBytes();
      const ptr = arenaTake(arena, 8192 - HEAD - SLACK + over);
      expect(ptr !== 0).toBe(over === 0);
      expect(arenaHeld(arena)).toBe(over === 0 ? 1024 + 8192 : 1024);
      expect(liveBytes()).toBe(over === 0 ? live + 8192 : live);
      expect(arenaTake(arena, 16) !== 0).toBe(over === 1);
    }
  });

  test("lengths near the end of the address space answer 0", () => {
    const probe = new Probe();
    for (const cap of [65536, 0x3000_0000, 0xffff_ffff]) {
      const arena = probe.exports.openArena(1024, cap);
      for (const len of [0xffff_ffff, 0xffff_fff8, 0xffff_ffe0, 0xffff_0000]) {
        expect(probe.exports.arenaTake(arena, len)).toBe(0);
      }
    }
  });

  test("without memory a block is 0, nothing is counted and the arena still works", () => {
    const probe = new Probe(12);
    const { openArena, arenaTake, arenaReset, liveBytes } = probe.exports;
    const arena = openArena(1024, 0x1000_0000);
    const live = liveBytes();
    while (arenaTake(arena, 100_000) !== 0);
    while (arenaTake(arena, 1000) !== 0);
    expect(probe.pages).toBe(12);
    expect(arenaTake(arena, 20_000)).toBe(0);
    expect(openArena(100_000, 0x1000_0000)).toBe(0);
    arenaReset(arena);
    expect(liveBytes()).toBe(live);
    expect(arenaTake(arena, 100_000)).not.toBe(0);
  });

  test("an arena whose first chunk cannot hold its own head or exceeds the cap is not opened", () => {
    const { openArena, liveBytes } = new Probe().exports;
    const live = liveBytes();
    for (const [size, cap] of [
      [0, 100],
      [16, 100],
      [55, 100],
      [1024, 1023],
    ]) {
      expect(openArena(size, cap)).toBe(0);
    }
    expect(liveBytes()).toBe(live);
    expect(openArena(64, 64)).not.toBe(0);
  });
});
