// The shapes are only as good as what they send: sizes, counts and validity, and that all of it comes through.

import { describe, expect, test } from "vitest";
import { coreConfiguration, releaseModule } from "../count/measure.ts";
import {
  binary,
  callEvents,
  prose,
  serverSent,
  textEvents,
  THE_END,
  thinkingEvents,
} from "./answers.ts";
import { check, configurationOf, open } from "./drive.ts";
import { growthExponent } from "./fit.ts";
import { toAsciiBody } from "./requests.ts";
import { SHAPES, sizeOf, type TrafficShape } from "./table.ts";

const EIGHTH = 1 / 8;

function shape(name: string): TrafficShape {
  const found = SHAPES.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no shape ${name}`);
  return found;
}

function body(name: string, scale: number): string {
  return Buffer.concat(shape(name).at(scale).request).toString("utf8");
}

function parsed(name: string, scale: number): Record<string, unknown[]> {
  return JSON.parse(body(name, scale)) as Record<string, unknown[]>;
}

describe("requests", () => {
  test("have the size that their title says", () => {
    const kilobytes = (name: string): number => Math.round(body(name, 1).length / 1000);
    expect(Math.round(shape("history").at(1).amount / 1000)).toBe(221);
    expect(shape("long-history").at(1).amount / 1e6).toBeCloseTo(4, 0);
    for (const name of ["pretty", "escapes", "cjk", "ascii", "native-request"]) {
      expect(shape(name).at(1).amount / 1e6, name).toBeGreaterThan(0.9);
      expect(shape(name).at(1).amount / 1e6, name).toBeLessThan(1.1);
    }
    expect(kilobytes("small")).toBe(1);
    expect(parsed("tools-30", 1)["tools"]).toHaveLength(30);
    expect(parsed("tools-300", 1)["tools"]).toHaveLength(300);
  });

  test("images are base64 of the whole size", () => {
    const urls = body("images", EIGHTH).match(/data:image\/png;base64,[A-Za-z0-9+/]+"/g);
    expect(urls).toHaveLength(5);
    expect(urls?.join("").length).toBeGreaterThan(2_500_000);
    expect(shape("images").at(1).amount / 1e6).toBeCloseTo(20, 1);
  });

  test("are what they are named after", () => {
    expect(body("pretty", EIGHTH).split("\n").length).toBeGreaterThan(500);
    expect(body("escapes", EIGHTH).match(/\\./g)?.length).toBeGreaterThan(40_000);
    expect(body("cjk", EIGHTH).match(/[\u3000-\u9fff]/g)?.length).toBeGreaterThan(35_000);
    expect(body("ascii", EIGHTH)).toMatch(/^[\0-\x7f]*$/);
    expect(JSON.parse(body("ascii", EIGHTH))).toMatchObject({ max_tokens: 512 });
    const text = "é漢🌉";
    expect(JSON.parse(Buffer.from(toAsciiBody({ text })).toString())).toEqual({ text });
  });

  test.each(SHAPES.filter(({ grows }) => grows))("$title: half of it is half as much", (one) => {
    const [half, whole] = [one.at(EIGHTH / 2), one.at(EIGHTH)];
    const side = one.unit === "event" || one.memoryLimit !== 3 ? "response" : "request";
    const ratio = sizeOf(whole[side]) / sizeOf(half[side]);
    // Thirty tools stay, and so does the frame of a stream.
    expect(ratio).toBeGreaterThan(1.05);
    expect(ratio).toBeLessThan(2.6);
    expect(whole.amount).toBeGreaterThan(half.amount);
  });
});

describe("answers", () => {
  const types = (frames: Uint8Array[]): string[] => {
    const text = Buffer.concat(frames).toString("utf8");
    return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => {
      const event = JSON.parse(data ?? "") as { type: string; delta?: { type?: string } };
      return event.delta?.type ?? event.type;
    });
  };
  const count = (kinds: string[], kind: string): number =>
    kinds.filter((type) => type === kind).length;

  test("have as many deltas as they are asked for", () => {
    expect(count(types(serverSent(textEvents(100))), "text_delta")).toBe(100);
    expect(count(types(serverSent(callEvents(100))), "input_json_delta")).toBe(100);
    expect(count(types(serverSent(thinkingEvents(100))), "thinking_delta")).toBe(100);
    expect(shape("deltas").at(1).amount).toBe(10_005);
  });

  test("a call's arguments are JSON when they are put together", () => {
    const parts = callEvents(50).map(
      (event) => (event["delta"] as { partial_json?: string } | undefined)?.partial_json ?? "",
    );
    expect(JSON.parse(parts.join(""))).toMatchObject({ key3: "C:\\tmp\n3", last: THE_END });
  });

  test("binary messages hold the same events", () => {
    const held = Buffer.concat(binary(textEvents(20))).toString("latin1");
    expect(held.match(/"bytes":"/g)).toHaveLength(25);
  });

  test("prose has exactly its length and ends as answers do", () => {
    expect(prose(1000)).toHaveLength(1000);
    expect(prose(1000).endsWith(THE_END)).toBe(true);
  });
});

test.each(SHAPES)("$title: comes through, and what does not is noticed", async (one) => {
  const subject = open(await releaseModule(), configurationOf(await coreConfiguration(), one));
  const traffic = one.at(one.grows ? EIGHTH / 4 : 1);
  expect(() => check(subject, one.name, "translates", traffic)).not.toThrow();
  for (const lost of [{ reachesUpstream: "never sent" }, { reachesClient: "never said" }]) {
    expect(() => check(subject, one.name, "translates", { ...traffic, ...lost })).toThrow(
      "did not",
    );
  }
});

test("a repeated prefill is taken away", async () => {
  const one = shape("dedupe");
  const subject = open(await releaseModule(), configurationOf(await coreConfiguration(), one));
  const { client, upstream } = check(subject, "dedupe", "translates", one.at(EIGHTH / 4));
  expect(client.text()).not.toContain("Well:");
  expect(client.text().match(/word10[" ]/g)).toHaveLength(1);
  expect(upstream.text()).toContain("<response_start>Well:");
});

test("the exponent of growth is the slope of the logarithms", () => {
  const sizes = [100, 200, 400];
  expect(growthExponent(sizes, [7, 14, 28])).toBeCloseTo(1);
  expect(growthExponent(sizes, [3, 12, 48])).toBeCloseTo(2);
  expect(growthExponent(sizes, [5, 5, 5])).toBeCloseTo(0);
});
