import { describe, expect, test } from "vitest";
import { Probe, randomFrom, SLACK } from "../../support/probe.ts";

interface Block {
  ptr: number;
  size: number;
  mark: number;
}

const SIZES = [
  1, 8, 31, 32, 33, 64, 100, 128, 1000, 4096, 16383, 16384, 16385, 65519, 65520, 65521, 200_000,
];

function isFilled(probe: Probe, { ptr, size, mark }: Block): boolean {
  return probe.memory.subarray(ptr, ptr + size).every((byte) => byte === mark);
}

describe("heap", () => {
  test("blocks of all sizes never overlap and the count of live bytes is exact", () => {
    const probe = new Probe();
    const random = randomFrom(5);
    const live: Block[] = [];
    const base = probe.exports.liveBytes();
    for (let turn = 0; turn < 4000; turn++) {
      if (live.length < 40 && random(5) < 3) {
        const size = SIZES[random(SIZES.length)];
        const block = { ptr: probe.exports.allocate(size) >>> 0, size, mark: turn & 0xff };
        probe.memory.fill(block.mark, block.ptr, block.ptr + size);
        live.push(block);
      } else if (live.length > 0) {
        const [block] = live.splice(random(live.length), 1);
        if (!isFilled(probe, block)) throw new Error(`turn ${turn}: block was overwritten`);
        probe.exports.release(block.ptr, block.size);
      }
      const total = live.reduce((sum, { size }) => sum + size, base);
      expect(probe.exports.liveBytes()).toBe(total);
    }
    for (const block of live) {
      expect(isFilled(probe, block)).toBe(true);
      probe.exports.release(block.ptr, block.size);
    }
    expect(probe.exports.liveBytes()).toBe(base);
  });

  test("blocks are used again: a second identical round needs no page more", () => {
    const probe = new Probe();
    const round = (): void => {
      const blocks = SIZES.map((size) => ({ ptr: probe.exports.allocate(size), size }));
      for (const { ptr, size } of blocks) probe.exports.release(ptr, size);
    };
    round();
    const { pages } = probe;
    for (let i = 0; i < 100; i++) round();
    expect(probe.pages).toBe(pages);
  });

  test("every block has SLACK addressable bytes behind it, up to the end of memory", () => {
    for (const size of SIZES) {
      const probe = new Probe();
      for (let i = 0; i < 5; i++) {
        const ptr = probe.exports.allocate(size) >>> 0;
        expect(ptr + size + SLACK).toBeLessThanOrEqual(probe.memory.length);
      }
    }
  });

  test("a zeroed block is zero although the block before it was not", () => {
    const probe = new Probe();
    for (const size of [32, 100, 20_000]) {
      const dirty = probe.exports.allocate(size) >>> 0;
      probe.memory.fill(0xee, dirty, dirty + size);
      probe.exports.release(dirty, size);
      const clean = probe.exports.allocateZeroed(size) >>> 0;
      expect(clean).toBe(dirty);
      expect(probe.memory.subarray(clean, clean + size).every((byte) => byte === 0)).toBe(true);
    }
  });

  test("releasing nothing is allowed", () => {
    const probe = new Probe();
    const before = probe.exports.liveBytes();
    probe.exports.release(0, 1234);
    expect(probe.exports.liveBytes()).toBe(before);
  });

  test("exhausted memory answers 0 for small and large blocks and counts nothing", () => {
    const probe = new Probe(16);
    const before = probe.exports.liveBytes();
    const large: number[] = [];
    for (
      let ptr = probe.exports.allocate(60_000);
      ptr !== 0;
      ptr = probe.exports.allocate(60_000)
    ) {
      large.push(ptr);
    }
    let small = 0;
    while (probe.exports.allocate(64) !== 0) small += 1;
    expect(probe.exports.allocateZeroed(64)).toBe(0);
    expect(probe.exports.allocateZeroed(100_000)).toBe(0);
    expect(probe.exports.liveBytes()).toBe(before + large.length * 60_000 + small * 64);
    probe.exports.release(large[0], 60_000);
    expect(probe.exports.allocate(64)).not.toBe(0);
  });

  test("a size near the end of the address space answers 0, it does not wrap to a small block", () => {
    const probe = new Probe();
    const before = probe.exports.liveBytes();
    for (const size of [0xffffffff, 0xfffffff8, 0xfffffff0, 0xffffffe0, 0xffff0001, 0xffff0000]) {
      expect(probe.exports.allocate(size)).toBe(0);
    }
    expect(probe.exports.liveBytes()).toBe(before);
  });
});
