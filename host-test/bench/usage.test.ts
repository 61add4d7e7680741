// How the figures of /proc are read: the sums, and which file counts.

import { expect, test } from "vitest";
import { schedstatMs, statMs, usageOf } from "../../envoy/harness/usage.ts";

test("the time of a process is the sum over its threads, to the nanosecond", () => {
  expect(schedstatMs(["1500000 77 3\n", "250001 0 1\n"])).toBe(1.750001);
});

test("a thread that ended between two reads adds nothing", () => {
  expect(schedstatMs(["1500000 77 3\n", ""])).toBe(1.5);
});

test("a kernel that does not count, or has no such files, is told apart from a process that did nothing", () => {
  expect(schedstatMs(["0 0 0\n", "0 0 0\n"])).toBeNull();
  expect(schedstatMs(["", ""])).toBeNull();
});

test("ticks are user and system time, whatever the program is called", () => {
  const stat = "42 (a) R 1 b) S 1 42 42 0 -1 4194560 100 0 0 0 7 5 900 900 20 0 1 0 100";
  expect(statMs(stat)).toBe(120);
});

test("this very process has used memory and time", async () => {
  const usage = await usageOf(process.pid);
  expect(usage.cpuMs).toBeGreaterThan(0);
  expect(usage.rssBytes).toBeGreaterThan(1 << 20);
});
