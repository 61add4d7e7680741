/** Memory over time and over size, the short form: host-test/soak/main.ts is the long one. */
import { describe, expect, it } from "vitest";
import { Random } from "../fuzz/random.ts";
import { open } from "../lifecycle/support.ts";
import { largeAnswer, largeCall, largeHistory, largeText } from "./large.ts";
import { Traffic } from "./traffic.ts";

const MIB = 1 << 20;
const REQUESTS = 4000;

describe("the module's memory", () => {
  it("does not grow after the warm-up, and everything is given back", () => {
    const bench = open(undefined, { bufferLimit: 64 * MIB, leakCheck: false });
    const quiet = bench.host.liveBytes();
    const traffic = new Traffic(bench, new Random(1, 0));
    traffic.warmUp();
    const warm = bench.host.memoryBytes;
    while (traffic.count < REQUESTS) traffic.step();
    expect(bench.host.memoryBytes).toBe(warm);
    traffic.finish();
    expect(bench.host.liveBytes()).toBe(quiet);
  }, 120_000);

  for (const mebibytes of [1, 4, 16]) {
    it(`is at most three times a request of ${mebibytes} MiB`, () => {
      expect(largeText(mebibytes).ratio).toBeLessThanOrEqual(3);
      expect(largeHistory(mebibytes).ratio).toBeLessThanOrEqual(3);
    });

    it(`is at most four times an answer of ${mebibytes} MiB`, () => {
      expect(largeAnswer(mebibytes).ratio).toBeLessThanOrEqual(4);
      expect(largeCall(mebibytes).ratio).toBeLessThanOrEqual(4);
    });
  }
});
