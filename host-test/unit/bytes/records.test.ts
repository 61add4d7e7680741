import { describe, expect, test } from "vitest";
import { Probe } from "../../support/probe.ts";

const COUNT = 5000;

describe("records", () => {
  test("records keep their place and content while the list grows over many segments", () => {
    const probe = new Probe();
    const { openArena, openProbeRecords, recordsPush, recordsAt, recordsCount } = probe.exports;
    const bytes = probe.exports.recordBytes();
    const list = openProbeRecords(openArena(4096, 0x1000_0000));
    const places: number[] = [];
    for (let i = 0; i < COUNT; i++) {
      const at = recordsPush(list) >>> 0;
      expect(probe.memory.subarray(at, at + bytes).every((byte) => byte === 0)).toBe(true);
      probe.memory.fill((i % 255) + 1, at, at + bytes);
      places.push(at);
    }
    expect(recordsCount(list)).toBe(COUNT);
    for (let i = 0; i < COUNT; i++) {
      expect(recordsAt(list, i) >>> 0).toBe(places[i]);
      const record = probe.memory.subarray(places[i], places[i] + bytes);
      expect(record.every((byte) => byte === (i % 255) + 1)).toBe(true);
    }
    const sorted = [...places].sort((a, b) => a - b);
    for (let i = 1; i < COUNT; i++) expect(sorted[i] - sorted[i - 1]).toBeGreaterThanOrEqual(bytes);
  });

  test("a truncated list uses its segments again and hands out zeroed records", () => {
    const probe = new Probe();
    const { openArena, openProbeRecords, recordsPush, recordsTruncate, arenaHeld } = probe.exports;
    const arena = openArena(65536, 0x1000_0000);
    const list = openProbeRecords(arena);
    const fill = (): number[] =>
      Array.from({ length: 300 }, () => {
        const at = recordsPush(list) >>> 0;
        expect(probe.memory[at]).toBe(0);
        probe.memory[at] = 0xee;
        return at;
      });
    const places = fill();
    const cursor = probe.exports.arenaTake(arena, 0);
    for (const left of [0, 64, 65, 299]) {
      recordsTruncate(list, left);
      for (let i = left; i < 300; i++) {
        const at = recordsPush(list) >>> 0;
        expect(at).toBe(places[i]);
        expect(probe.memory[at]).toBe(0);
        probe.memory[at] = 0xee;
      }
    }
    expect(probe.exports.arenaTake(arena, 0)).toBe(cursor);
    expect(arenaHeld(arena)).toBe(65536);
  });

  test("without memory a push answers null, the count stays and the rest is untouched", () => {
    const probe = new Probe();
    const { openArena, openProbeRecords, recordsPush, recordsAt, recordsCount } = probe.exports;
    const list = openProbeRecords(openArena(1024, 8192));
    const places: number[] = [];
    for (let at = recordsPush(list); at !== 0; at = recordsPush(list)) places.push(at >>> 0);
    expect(places.length).toBeGreaterThan(63);
    expect(recordsCount(list)).toBe(places.length);
    expect(recordsPush(list)).toBe(0);
    expect(recordsCount(list)).toBe(places.length);
    expect(places.map((_, i) => recordsAt(list, i) >>> 0)).toEqual(places);
  });

  test("a list or a struct that finds no memory is null", () => {
    const { openArena, openProbeRecords, openProbeStruct } = new Probe().exports;
    const arena = openArena(64, 64);
    expect(openProbeRecords(arena)).toBe(0);
    expect(openProbeStruct(arena)).toBe(0);
  });

  test("a struct is zeroed", () => {
    const probe = new Probe();
    const { openArena, openProbeStruct, arenaReset, recordBytes } = probe.exports;
    const arena = openArena(1024, 1024);
    const first = openProbeStruct(arena) >>> 0;
    probe.memory.fill(0xee, first, first + recordBytes());
    arenaReset(arena);
    expect(openProbeStruct(arena) >>> 0).toBe(first);
    expect(probe.take(first, recordBytes())).toEqual(new Uint8Array(recordBytes()));
  });
});
