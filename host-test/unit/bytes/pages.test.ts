import { describe, expect, test } from "vitest";
import { Probe, randomFrom } from "../../support/probe.ts";

const PAGE = 65536;

interface Extent {
  ptr: number;
  pages: number;
  mark: number;
}

/** Writes the extent's mark into the first and last word of every page. */
function stamp(probe: Probe, { ptr, pages, mark }: Extent): void {
  const view = new DataView(probe.memory.buffer);
  for (let page = 0; page < pages; page++) {
    view.setUint32(ptr + page * PAGE, mark, true);
    view.setUint32(ptr + page * PAGE + PAGE - 4, mark, true);
  }
}

function isStamped(probe: Probe, { ptr, pages, mark }: Extent): boolean {
  const view = new DataView(probe.memory.buffer);
  for (let page = 0; page < pages; page++) {
    if (view.getUint32(ptr + page * PAGE, true) !== mark) return false;
    if (view.getUint32(ptr + page * PAGE + PAGE - 4, true) !== mark) return false;
  }
  return true;
}

describe("pages", () => {
  test("extents in use never overlap, whatever the order of taking and giving back", () => {
    const probe = new Probe();
    const random = randomFrom(11);
    const live: Extent[] = [];
    const base = probe.exports.livePages();
    for (let turn = 1; turn <= 3000; turn++) {
      if (live.length < 12 && random(2) === 0) {
        const pages = 1 + random(5);
        const extent = { ptr: probe.exports.takePages(pages) >>> 0, pages, mark: turn };
        expect(extent.ptr % PAGE).toBe(0);
        stamp(probe, extent);
        live.push(extent);
      } else if (live.length > 0) {
        const [extent] = live.splice(random(live.length), 1);
        if (!isStamped(probe, extent)) throw new Error(`turn ${turn}: extent was overwritten`);
        probe.exports.giveBackPages(extent.ptr, extent.pages);
      }
      const total = live.reduce((sum, { pages }) => sum + pages, base);
      expect(probe.exports.livePages()).toBe(total);
    }
    expect(live.every((extent) => isStamped(probe, extent))).toBe(true);
  });

  test("extents given back in any order join, so that the whole run is taken again without growth", () => {
    const probe = new Probe();
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [0, 2, 1, 3],
    ]) {
      const taken = [0, 1, 2, 3].map(() => probe.exports.takePages(2) >>> 0);
      const { pages } = probe;
      for (const index of order) probe.exports.giveBackPages(taken[index], 2);
      const whole = probe.exports.takePages(8) >>> 0;
      expect(probe.pages).toBe(pages);
      expect(whole).toBe(Math.min(...taken));
      probe.exports.giveBackPages(whole, 8);
    }
  });

  test("a part of a free extent is handed out and the rest stays free", () => {
    const probe = new Probe();
    const ptr = probe.exports.takePages(3) >>> 0;
    probe.exports.giveBackPages(ptr, 3);
    const { pages } = probe;
    const parts = [probe.exports.takePages(1), probe.exports.takePages(2)].map((at) => at >>> 0);
    expect(probe.pages).toBe(pages);
    expect(Math.min(...parts)).toBe(ptr);
    expect(Math.abs(parts[0] - parts[1])).toBe(parts[0] < parts[1] ? PAGE : 2 * PAGE);
  });

  test("exhausted memory answers 0 and is usable again once something is given back", () => {
    const probe = new Probe(20);
    const taken: number[] = [];
    for (let ptr = probe.exports.takePages(1) >>> 0; ptr !== 0;) {
      taken.push(ptr);
      ptr = probe.exports.takePages(1) >>> 0;
    }
    expect(probe.pages).toBe(20);
    expect(taken.length).toBeGreaterThan(10);
    const live = probe.exports.livePages();
    expect(probe.exports.takePages(1)).toBe(0);
    expect(probe.exports.livePages()).toBe(live);
    probe.exports.giveBackPages(taken[3], 1);
    expect(probe.exports.takePages(2)).toBe(0);
    expect(probe.exports.takePages(1) >>> 0).toBe(taken[3]);
  });

  test("the number of pages is rounded up, up to the largest length", () => {
    const { pagesFor } = new Probe().exports;
    const rows: [number, number][] = [
      [0, 0],
      [1, 1],
      [65535, 1],
      [65536, 1],
      [65537, 2],
      [0xffffffff, 65536],
    ];
    for (const [bytes, pages] of rows) expect(pagesFor(bytes)).toBe(pages);
  });

  test("a count beyond all memory answers 0", () => {
    const probe = new Probe();
    for (const count of [65536, 0x7fffffff, 0x80000000, 0xffffffff]) {
      expect(probe.exports.takePages(count)).toBe(0);
    }
  });
});
