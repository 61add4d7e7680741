// What the soak with faults judges and counts: verdicts, tallies, gauges, tables, plots.

import { describe, expect, test } from "vitest";
import { soakAnswers } from "./envoy_answers.ts";
import { plotsOf } from "./envoy_chart.ts";
import { faultAnswers } from "./envoy_fault_answers.ts";
import { FAULTS } from "./envoy_faults.ts";
import { isClosed, type Gauges } from "./envoy_gauges.ts";
import { KINDS } from "./envoy_kinds.ts";
import { endCells, gaugeCells, type Sample } from "./envoy_report.ts";
import { Tally } from "./envoy_tally.ts";
import {
  broken,
  byReset,
  ended,
  failed,
  leftEarly,
  leftReading,
  refused,
  reset,
  told,
  whole,
  type Seen,
} from "./envoy_verdicts.ts";

const seen = (status: number, text: string, outcome: Seen["outcome"] = "complete"): Seen => ({
  status,
  head: text,
  tail: text,
  outcome,
});
const TEXT = 'data: {"choices":[{"delta":{"content":"soaked"},"finish_reason":null}]}';
const ERROR = 'data: {"error":{"code":"stream_truncated"}}';

describe("verdicts", () => {
  // prettier-ignore
  const complete: [string, string][] = [
    ["chat", "data: [DONE]"],
    ["chat without its last line", 'data: {"choices":[{"finish_reason":"stop"}]}'],
    ["Responses", "event: response.completed"],
    ["native", "event: message_stop"],
  ];

  test.each(complete)("half an answer must not look whole: %s", (_, end) => {
    expect(told("stream_truncated").right(seen(200, `${TEXT}${ERROR}`))).toBe(true);
    expect(told("stream_truncated").right(seen(200, `${TEXT}${ERROR}${end}`))).toBe(false);
    expect(broken.right(seen(200, TEXT, "broken"))).toBe(true);
    expect(broken.right(seen(200, `${TEXT}${end}`, "broken"))).toBe(false);
    expect(reset.right(seen(200, TEXT, "broken"))).toBe(true);
    expect(reset.right(seen(200, `${TEXT}${end}`, "broken"))).toBe(false);
  });

  test("an error in a stream that should be told is neither a reset nor an end without it", () => {
    expect(told("stream_truncated").right(seen(200, `${TEXT}${ERROR}`, "broken"))).toBe(false);
    expect(told("stream_truncated").right(seen(200, TEXT))).toBe(false);
    expect(broken.right(seen(200, TEXT))).toBe(false);
  });

  test("an error has its status, its code and the form of an error", () => {
    const { right } = failed(502, '"code":"x"');
    expect(right(seen(502, '{"error":{"code":"x"}}'))).toBe(true);
    expect(right(seen(503, '{"error":{"code":"x"}}'))).toBe(false);
    expect(right(seen(502, '{"error":{"code":"y"}}'))).toBe(false);
    expect(right(seen(502, '{"code":"x"}'))).toBe(false);
    expect(right(seen(502, '{"error":{"code":"x"}}', "broken"))).toBe(false);
    expect(refused(400).right(seen(400, '{"error":{}}'))).toBe(true);
  });

  test("a reset may overtake text and headers, a closed connection may not", () => {
    expect(reset.right(seen(200, "", "broken"))).toBe(true);
    expect(broken.right(seen(200, "", "broken"))).toBe(false);
    for (const status of [502, 503]) {
      expect(reset.right(seen(status, '{"error":{}}'))).toBe(true);
      expect(byReset.right(seen(status, '{"error":{}}'))).toBe(true);
      expect(byReset.right(seen(status, "{}"))).toBe(false);
    }
    expect(byReset.right(seen(500, '{"error":{}}'))).toBe(false);
    expect(reset.right(seen(200, TEXT))).toBe(false);
  });

  test("an answer is complete, has status 200 and what it must have", () => {
    for (const { right } of [whole("part"), ended("part")]) {
      expect(right(seen(200, "a part"))).toBe(true);
      expect(right(seen(500, "a part"))).toBe(false);
      expect(right(seen(200, "a"))).toBe(false);
      expect(right(seen(200, "a part", "broken"))).toBe(false);
    }
  });

  test("a client that left early has seen nothing, one that read has seen text", () => {
    expect(leftEarly.right(seen(0, "", "left"))).toBe(true);
    expect(leftEarly.right(seen(200, "", "left"))).toBe(false);
    expect(leftEarly.right(seen(0, "", "broken"))).toBe(false);
    expect(leftReading.right(seen(200, TEXT, "left"))).toBe(true);
    expect(leftReading.right(seen(200, "", "left"))).toBe(false);
    expect(leftReading.right(seen(200, TEXT))).toBe(false);
  });
});

describe("faults", () => {
  test("ask for answers that there are, and every answer is asked for", () => {
    const there = new Map([...soakAnswers(), ...faultAnswers()]);
    const asked = new Set([...KINDS, ...FAULTS].map(({ answer }) => answer));
    expect([...there.keys()].sort()).toEqual([...asked].sort());
  });

  test("have names of their own", () => {
    const names = [...KINDS, ...FAULTS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test("are about two fifths of the traffic", () => {
    const sum = (kinds: typeof FAULTS): number =>
      kinds.reduce((all, { weight }) => all + weight, 0);
    const share = sum(FAULTS) / sum([...FAULTS, ...KINDS]);
    expect(share).toBeGreaterThan(0.35);
    expect(share).toBeLessThan(0.5);
  });
});

const GOOD = { ...whole("x"), name: "good", weight: 1, path: "/", answer: "", body: () => "" };
const ODD = { ...GOOD, ...failed(502), name: "odd" };
const KINDS_OF_TWO = [
  { ...GOOD, sizes: [1] },
  { ...ODD, sizes: [1] },
] as const;

function tallyOfThree(): Tally {
  const tally = new Tally(KINDS_OF_TWO);
  const [good, odd] = KINDS_OF_TWO;
  expect(tally.note(good, 1, seen(200, "x"))).toBe(true);
  expect(tally.note(good, 1, seen(200, "y"))).toBe(false);
  expect(tally.note(odd, 1, seen(502, '{"error":{}}'))).toBe(true);
  return tally;
}

describe("a tally", () => {
  test("counts what went as it must by how that is, and what did not", () => {
    const tally = tallyOfThree();
    expect(tally.ends).toMatchObject({ answered: 1, failed: 1, told: 0 });
    expect(tally.wrong).toBe(1);
  });

  test("keeps what was seen of wrong exchanges, the first twenty", () => {
    const tally = tallyOfThree();
    expect(tally.shown).toEqual([expect.stringContaining('good, 1 bytes: {"status":200')]);
    for (let i = 0; i < 30; i++) tally.note(KINDS_OF_TWO[0], 1, seen(200, "y"));
    expect(tally.shown).toHaveLength(20);
    expect(tally.wrong).toBe(31);
  });

  test("is a table by how exchanges must end", () => {
    const cells = endCells({ counts: tallyOfThree().counts });
    const [, answered, , failures] = cells.map((row) => [row[0], ...row.slice(2)]);
    expect(answered).toEqual(["answered", "1", "1", "1"]);
    expect(failures).toEqual(["failed", "1", "1", "0"]);
  });

  test("knows its kinds", () => {
    expect(() => new Tally([]).note(KINDS_OF_TWO[0], 1, seen(200, "x"))).toThrow("no kind");
  });
});

const CLOSED: Gauges = {
  rssBytes: 1,
  allocatedBytes: 2048,
  openStreams: 0,
  openUpstream: 0,
  openContexts: 0,
  heldBytes: 100,
  memoryBytes: 65536,
};

describe("gauges", () => {
  test.each(["openStreams", "openUpstream", "openContexts", "heldBytes"] as const)(
    "tell that not all is closed by %s",
    (member) => {
      expect(isClosed(CLOSED, CLOSED)).toBe(true);
      expect(isClosed({ ...CLOSED, [member]: 101 }, CLOSED)).toBe(false);
    },
  );

  test("of a module that counts nothing are not asked for", () => {
    const none = { ...CLOSED, openContexts: null, heldBytes: null, memoryBytes: null };
    expect(isClosed(none, none)).toBe(true);
  });

  test("are a table of before, most and after", () => {
    const samples = [sampleOf(0, { heldBytes: 300, openStreams: 4 }), sampleOf(1, {})];
    const cells = gaugeCells({ before: CLOSED, after: CLOSED, samples });
    expect(cells).toContainEqual(["what contexts hold", "bytes", "100", "300", "100"]);
    expect(cells).toContainEqual(["open streams", "", "0", "4", "0"]);
    expect(cells).toContainEqual(["allocated by Envoy", "KiB", "2", "2", "2"]);
  });
});

function sampleOf(index: number, rest: Partial<Sample>): Sample {
  const ends = { answered: index * 20, refused: 0, failed: 0, told: 0, broken: 0, left: 0 };
  return { ...CLOSED, requests: index, seconds: index * 10, ends, wrong: 0, ...rest };
}

test("plots show rates between two samples and gauges at each", () => {
  const samples = [0, 1, 2].map((index) => sampleOf(index, { heldBytes: 2048, wrong: index }));
  const points = new Map(plotsOf(samples).map((plot) => [plot.title, plot.points]));
  const [rate] = points.get("Exchanges in a second, by how they ended") ?? [];
  expect(rate).toEqual({ minutes: 10 / 60, value: 2, what: "answered" });
  expect(points.get("What contexts of the module hold, KiB")).toHaveLength(3);
  expect(points.get("Exchanges that went wrong, all so far")?.at(-1)?.value).toBe(2);
});
