/** The table of contexts against a map of JavaScript: ten thousand at a time, any order, ids that come back. */
import { describe, expect, it } from "vitest";
import { Random } from "../fuzz/random.ts";
import { CONFIG } from "../support/filter.ts";
import { RawFilter } from "./raw.ts";

const ROOT = 1;
const OPEN = 10_000;

function filter(): RawFilter {
  const raw = new RawFilter(JSON.stringify(CONFIG));
  expect(raw.root(ROOT)).toBe(true);
  return raw;
}

/** Ids that collide in a table whose size is a power of two, the edges of 32 bits, and ordinary ones. */
function idsOf(random: Random): number[] {
  const ids = new Set<number>();
  for (let at = 0; at < OPEN / 2; at++) ids.add(2 + at);
  for (let at = 1; at < OPEN / 4; at++) ids.add((at << 16) >>> 0);
  for (let at = 0; at < 100; at++) ids.add((0xffff_fffe - at) >>> 0);
  while (ids.size < OPEN) ids.add(2 + random.int(0xffff_fff0));
  return [...ids];
}

function shuffled(ids: readonly number[], random: Random): number[] {
  const result = [...ids];
  for (let at = result.length - 1; at > 0; at--) {
    const other = random.int(at + 1);
    [result[at], result[other]] = [result[other] as number, result[at] as number];
  }
  return result;
}

describe("the table of streams", () => {
  it(`knows each of ${OPEN} open streams and no other, and forgets them in any order`, () => {
    const raw = filter();
    const random = new Random(1, 1);
    const ids = idsOf(random);
    const quiet = raw.liveBytes;
    for (const id of ids) raw.call("proxy_on_context_create", id, ROOT);
    expect(ids.filter((id) => !raw.knows(id))).toEqual([]);
    const order = shuffled(ids, random);
    const gone = order.splice(0, OPEN / 2);
    for (const id of gone) raw.call("proxy_on_delete", id);
    expect(gone.filter((id) => raw.knows(id))).toEqual([]);
    expect(order.filter((id) => !raw.knows(id))).toEqual([]);
    for (const id of order) raw.call("proxy_on_delete", id);
    expect(raw.liveBytes).toBe(quiet);
  });

  it("agrees with a map over 200,000 random steps", () => {
    const raw = filter();
    const random = new Random(2, 1);
    const quiet = raw.liveBytes;
    const model = new Set<number>();
    const pool = idsOf(random).slice(0, 3000);
    const wrong: string[] = [];
    for (let step = 0; step < 200_000; step++) {
      const id = random.pick(pool);
      if (random.oneIn(20) && raw.knows(id) !== model.has(id)) wrong.push(`step ${step}: ${id}`);
      if (model.has(id)) {
        raw.call("proxy_on_log", id);
        raw.call("proxy_on_done", id);
        raw.call("proxy_on_delete", id);
        model.delete(id);
      } else {
        raw.call("proxy_on_context_create", id, ROOT);
        model.add(id);
      }
    }
    expect(wrong).toEqual([]);
    expect(pool.filter((id) => raw.knows(id) !== model.has(id))).toEqual([]);
    for (const id of model) raw.call("proxy_on_delete", id);
    expect(raw.liveBytes).toBe(quiet);
  });

  it("an id that comes back is a new stream", () => {
    const raw = filter();
    for (let round = 0; round < 1000; round++) {
      raw.call("proxy_on_context_create", 2, ROOT);
      expect(raw.knows(2)).toBe(true);
      raw.call("proxy_on_delete", 2);
      expect(raw.knows(2)).toBe(false);
    }
  });

  it("callbacks for contexts that were never made are neutral", () => {
    const raw = filter();
    const quiet = raw.liveBytes;
    for (const id of [0, 7, 0xffff_ffff]) {
      expect(raw.call("proxy_on_request_body", id, 10, 1)).toBe(0);
      expect(raw.call("proxy_on_request_trailers", id, 1)).toBe(0);
      expect(raw.call("proxy_on_response_headers", id, 1, 0)).toBe(0);
      expect(raw.call("proxy_on_response_body", id, 10, 1)).toBe(0);
      expect(raw.call("proxy_on_response_trailers", id, 1)).toBe(0);
      raw.call("proxy_on_tick", id);
      raw.call("proxy_on_log", id);
      expect(raw.call("proxy_on_done", id)).toBe(1);
      raw.call("proxy_on_delete", id);
      expect(raw.call("proxy_on_configure", id, 0)).toBe(0);
    }
    expect(raw.liveBytes).toBe(quiet);
  });

  it("a stream is deleted without a log, twice, and beside its root", () => {
    const raw = filter();
    const quiet = raw.liveBytes;
    raw.call("proxy_on_context_create", 2, ROOT);
    raw.call("proxy_on_delete", 2);
    raw.call("proxy_on_delete", 2);
    expect(raw.liveBytes).toBe(quiet);
    raw.call("proxy_on_delete", ROOT);
    raw.call("proxy_on_delete", ROOT);
    raw.call("proxy_on_context_create", 3, ROOT);
    expect(raw.knows(3)).toBe(false);
    expect(raw.root(ROOT)).toBe(true);
    expect(raw.liveBytes).toBe(quiet);
  });

  it("100 roots have their own configurations and leave nothing behind", () => {
    const raw = new RawFilter(JSON.stringify(CONFIG));
    expect(raw.root(ROOT)).toBe(true);
    for (let id = 2; id < 102; id++) expect(raw.root(id)).toBe(true);
    const full = raw.liveBytes;
    for (let id = 2; id < 102; id++) raw.call("proxy_on_delete", id);
    for (let id = 2; id < 102; id++) expect(raw.root(id)).toBe(true);
    expect(raw.liveBytes).toBe(full);
  });
});
