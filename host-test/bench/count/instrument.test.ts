// The counter itself: small modules whose operators can be counted by hand, and that counting changes nothing else.

import binaryen from "binaryen";
import { describe, expect, test } from "vitest";
import { check, configurationOf, open, type Subject } from "../shapes/drive.ts";
import { SHAPES } from "../shapes/table.ts";
import { COUNT_EXPORT, counting } from "./instrument.ts";
import {
  coreConfiguration,
  countOne,
  functionCounts,
  functionNames,
  releaseModule,
} from "./measure.ts";

type Run = (...args: number[]) => number;

/** A module with one function, its operators as they are written, and an import and a global as the counter expects. */
function built(text: string): Uint8Array {
  const parsed = binaryen.parseText(`(module
    (import "env" "nothing" (func $nothing (param i32)))
    (memory (export "memory") 1)
    (global $other (mut i32) (i32.const 5))
    ${text})`);
  parsed.setFeatures(binaryen.Features.All);
  try {
    return parsed.emitBinary();
  } finally {
    parsed.dispose();
  }
}

/** Runs the export `run` and returns its result and what was counted for it. */
async function counts(text: string, ...args: number[]): Promise<{ result: number; count: number }> {
  const module = await WebAssembly.compile(counting(built(text)) as BufferSource);
  const { exports } = await WebAssembly.instantiate(module, { env: { nothing: () => {} } });
  const result = (exports["run"] as Run)(...args);
  return { result, count: Number((exports[COUNT_EXPORT] as () => bigint)()) };
}

describe("counts", () => {
  test("operators in a row", async () => {
    const text = `(func (export "run") (param i32) (result i32)
      (i32.add (local.get 0) (i32.const 2)))`;
    expect(await counts(text, 3)).toEqual({ result: 5, count: 3 });
  });

  test("only the arm that is taken", async () => {
    const text = `(func (export "run") (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (i32.const 1))
        (else (i32.add (i32.const 1) (i32.const 1)))))`;
    expect(await counts(text, 1)).toEqual({ result: 1, count: 3 });
    expect(await counts(text, 0)).toEqual({ result: 2, count: 5 });
  });

  test("a loop as often as it runs", async () => {
    const text = `(func (export "run") (param i32) (result i32)
      (loop $again
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_if $again (local.get 0)))
      (local.get 0))`;
    const one = await counts(text, 1);
    expect(await counts(text, 11)).toEqual({ result: 0, count: one.count + 10 * 6 });
  });

  test("what a called function does", async () => {
    const text = `(func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
      (func (export "run") (param i32) (result i32) (call $twice (local.get 0)))`;
    expect(await counts(text, 4)).toEqual({ result: 8, count: 5 });
  });

  test("sixteen bytes of a copy and of a filling as one", async () => {
    const copy = `(func (export "run") (param i32) (result i32) (local i64)
      (memory.copy (i32.const 4096) (i32.const 0) (local.get 0))
      (memory.fill (i32.const 0) (i32.const 1) (local.get 0))
      (i32.load8_u (i32.const 0)))`;
    const none = await counts(copy, 0);
    expect(await counts(copy, 1600)).toEqual({ result: 1, count: none.count + 2 * 100 });
  });

  test("nothing behind an early return", async () => {
    const text = `(func (export "run") (param i32) (result i32)
      (block $out (br_if $out (local.get 0)) (return (i32.const 7)))
      (i32.const 8))`;
    expect(await counts(text, 0)).toEqual({ result: 7, count: 4 });
    expect(await counts(text, 1)).toEqual({ result: 8, count: 3 });
  });
});

describe("the filter with a counter", () => {
  test("does the same, and counts the same every time", async () => {
    const [module, core] = [await releaseModule(), await coreConfiguration()];
    const counted = counting(module);
    for (const name of ["tools-30", "deltas", "dedupe"]) {
      const shape = SHAPES.find((candidate) => candidate.name === name) as (typeof SHAPES)[number];
      const traffic = shape.at(1 / 16);
      const bodies = [module, counted].map((bytes) => {
        const subject = open(bytes, configurationOf(core, shape));
        const { upstream, client } = check(subject, name, "translates", traffic);
        return [upstream.text(), client.text()];
      });
      expect(bodies[1]).toEqual(bodies[0]);
      const first = countOne(counted, core, shape, traffic);
      expect(countOne(counted, core, shape, traffic)).toEqual(first);
      expect(first.operators).toBeGreaterThan(10_000);
    }
  });

  test("is told function by function, together the same", async () => {
    const [module, core] = [await releaseModule(), await coreConfiguration()];
    const names = functionNames(module);
    const shape = SHAPES.find(({ name }) => name === "small") as (typeof SHAPES)[number];
    const sum = (subject: Subject): number =>
      functionCounts(subject, names).reduce((total, count) => total + count, 0);
    const subject = open(counting(module, true), configurationOf(core, shape));
    check(subject, "small", "translates", shape.at(1));
    const before = sum(subject);
    check(subject, "small", "translates", shape.at(1));
    const whole = countOne(counting(module), core, shape, shape.at(1));
    expect(sum(subject) - before).toBe(whole.operators);
  });

  test("a module without what is looked for is refused", () => {
    expect(() => counting(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))).toThrow(
      "no section",
    );
  });
});
