/** Cuts, scenarios and traces: the parts by which the model is compared with a real host. */
import { describe, expect, it } from "vitest";
import {
  awkwardCuts,
  cutBytes,
  loadScenarioHost,
  normaliseTrace,
  randomCuts,
  runScenario,
  scenarioBytes,
  type Scenario,
  type ScenarioResult,
  type ScenarioStep,
} from "../host/index.ts";
import { guest, log } from "./guest.ts";
import { GET, holdAll, OK, passThrough, POST, reply } from "./guests.ts";

const texts = (pieces: Uint8Array[]): string[] =>
  pieces.map((piece) => Buffer.from(piece).toString());

describe("cuts", () => {
  it.each([
    ["whole" as const, ["abcdef"]],
    [4, ["abcd", "ef"]],
    [6, ["abcdef"]],
    [0, ["a", "b", "c", "d", "e", "f"]],
    [
      [2, 2, 5, 9],
      ["ab", "cde", "f"],
    ],
  ])("%j", (cut, pieces) => {
    expect(texts(cutBytes(Buffer.from("abcdef"), cut))).toEqual(pieces);
  });

  it("of nothing are nothing", () => {
    expect(cutBytes(Buffer.alloc(0), "whole")).toEqual([]);
    expect(cutBytes(Buffer.alloc(0), 1)).toEqual([]);
  });

  it("can be where a careless reader breaks", () => {
    expect(awkwardCuts(Buffer.from("aé\r\n\n\\n"))).toEqual([2, 4, 5, 7]);
  });

  it("can be random, the same for the same seed", () => {
    const cuts = randomCuts(1000, 7);
    expect(cuts).toEqual(randomCuts(1000, 7));
    expect(cuts).not.toEqual(randomCuts(1000, 8));
    expect(cuts.every((cut, index) => cut > (cuts[index - 1] ?? 0) && cut < 1000)).toBe(true);
    expect(Buffer.concat(cutBytes(Buffer.alloc(1000, 1), cuts))).toHaveLength(1000);
  });
});

describe("a scenario", () => {
  const play = async (
    wasm: Uint8Array,
    steps: ScenarioStep[],
    more: Partial<Scenario> = {},
  ): Promise<ScenarioResult> => {
    const scenario: Scenario = {
      name: "test",
      profile: "envoy-hold",
      configs: [{}],
      steps,
      ...more,
    };
    return runScenario(await loadScenarioHost(wasm, scenario), scenario);
  };

  it("is a list of steps, whose end comes by itself on HTTP/1", async () => {
    const steps: ScenarioStep[] = [
      { client: "headers", headers: POST },
      { client: "data", body: "ab" },
      { client: "data", body: { base64: "Y2Q=" }, end: true },
      { upstream: "headers", headers: OK },
      { upstream: "data", body: { repeat: "xy", times: 3 }, end: true },
    ];
    const sizes = (result: ScenarioResult): string[] =>
      result.trace.flatMap((line) => /on_request_body\(2, (.*)\)$/.exec(line)?.[1] ?? []);
    const one = await play(holdAll, steps);
    expect(sizes(one)).toEqual(["2, 0", "4, 0", "4, 1"]);
    expect(one.streams[0]?.upstream.text()).toBe("abcd");
    expect(one.streams[0]?.client.text()).toBe("xyxyxy");
    const two = await play(holdAll, steps, { http: 2 });
    expect(sizes(two)).toEqual(["2, 0", "4, 1"]);
  });

  it("has several streams and configurations, interleaved", async () => {
    const wasm = guest((text) => ({ request_headers: `${log(text.of("seen"))} (i32.const 0)` }));
    const result = await play(
      wasm,
      [
        { client: "headers", headers: POST },
        { client: "headers", headers: GET, end: true, stream: 1, config: 1 },
        { upstream: "headers", headers: OK, end: true, stream: 1 },
        { client: "reset" },
      ],
      { configs: [{}, "text"] },
    );
    expect(result.streams.map(({ client }) => client.status)).toEqual([0, 200]);
    expect(result.logs).toEqual(["info seen", "info seen"]);
    expect(result.trace.filter((line) => line.includes("proxy_on_context_create("))).toEqual([
      "[host->vm] proxy_on_context_create(1, 0)",
      "[host->vm] proxy_on_context_create(2, 0)",
      "[host->vm] proxy_on_context_create(3, 1)",
      "[host->vm] proxy_on_context_create(4, 2)",
    ]);
  });

  it("goes on after a reply, whatever client and upstream still have to say", async () => {
    const wasm = guest((text) => ({
      request_headers: `${reply(400, text.of("no"))} (i32.const 0)`,
    }));
    const result = await play(wasm, [
      { client: "headers", headers: POST },
      { client: "data", body: "b", end: true },
      { client: "trailers", trailers: [["t", "1"]] },
      { upstream: "headers", headers: OK },
      { upstream: "data", body: "b", end: true },
      { upstream: "reset" },
    ]);
    expect(result.streams[0]?.client.text()).toBe("no");
  });

  it("tells of hangs and traps instead of ending with them", async () => {
    const hanging = await play(
      holdAll,
      [
        { client: "headers", headers: POST },
        { client: "data", body: "b", end: true },
      ],
      {
        profile: "envoy-nohold",
      },
    );
    expect(hanging.streams[0]?.hung).toContain("stopped for good");
    const trapped = await play(
      guest(() => ({ request_headers: "(unreachable)" })),
      [{ client: "headers", headers: POST }],
    );
    expect(trapped.streams[0]?.client.status).toBe(503);
  });

  it("can be answered by Envoy, broken off by both sides, and paused", async () => {
    const head: ScenarioStep = { client: "headers", headers: GET, end: true };
    const missing = await play(passThrough, [head, { envoy: "reply", status: 404 }]);
    expect(missing.streams[0]?.client.status).toBe(404);
    const gone = await play(passThrough, [head, { upstream: "reset" }]);
    expect(gone.streams[0]?.client.status).toBe(503);
    const left = await play(passThrough, [head, { pauseMs: 5 }, { client: "reset" }]);
    expect(left.streams[0]?.client.reset).toBe(true);
  });

  it("is refused when its configuration is", async () => {
    const wasm = guest((text) => ({ configure: `${log(text.of("because"))} (i32.const 0)` }));
    await expect(play(wasm, [])).rejects.toThrow("configuration refused: because");
  });

  it("writes its bytes in three ways", () => {
    expect(
      texts([
        scenarioBytes("é"),
        scenarioBytes({ base64: "YQ==" }),
        scenarioBytes({ repeat: "ab", times: 2 }),
      ]),
    ).toEqual(["é", "a", "abab"]);
  });
});

describe("a normalised trace", () => {
  it("of a real log keeps the last start of a root context, and masks what differs between runs", () => {
    const lines = [
      "[info][main] all dependencies initialized. starting workers",
      "[trace][wasm] [host->vm] proxy_on_context_create(1, 0)",
      "[trace][wasm] [host<-vm] proxy_on_context_create return: void",
      "[trace][wasm] [host->vm] proxy_on_context_create(1, 0)",
      "[trace][wasm] [host<-vm] proxy_on_context_create return: void",
      "[trace][wasm] [host->vm] proxy_on_configure(1, 10)",
      "[trace][wasm] [host->vm] proxy_on_memory_allocate(10)",
      "[trace][wasm] [host<-vm] proxy_on_memory_allocate return: 70000",
      "[trace][wasm] [host<-vm] proxy_on_configure return: 1",
      "[trace][wasm] [host->vm] proxy_on_tick(1)",
      "[trace][wasm] [host<-vm] proxy_on_tick return: void",
      "[trace][wasm] [host->vm] proxy_on_context_create(17, 1)",
      "[trace][wasm] [host<-vm] proxy_on_context_create return: void",
      "[trace][wasm] [host->vm] proxy_on_request_headers(17, 9, 0)",
      "[trace][wasm] [vm->host] env.proxy_get_header_map_value(0, 70100, 5, 70200, 70204)",
      "[trace][wasm] [vm<-host] env.proxy_get_header_map_value return: 0",
      "[trace][wasm] [host<-vm] proxy_on_request_headers return: 1",
      "[trace][wasm] [host->vm] proxy_on_tick(1)",
      "[trace][wasm] [vm->host] env.proxy_set_effective_context(17)",
      "[trace][wasm] [vm<-host] env.proxy_set_effective_context return: 0",
      "[trace][wasm] [host<-vm] proxy_on_tick return: void",
      "[trace][wasm] [host->vm] proxy_on_delete(17)",
      "[trace][wasm] [host<-vm] proxy_on_delete return: void",
      "[trace][wasm] [host->vm] proxy_on_done(1)",
      "[trace][wasm] [host<-vm] proxy_on_done return: 1",
      "[trace][wasm] [host->vm] proxy_on_delete(1)",
      "[trace][wasm] [host<-vm] proxy_on_delete return: void",
    ];
    expect(normaliseTrace(lines)).toEqual([
      "[host->vm] proxy_on_context_create(1, 0)",
      "[host<-vm] proxy_on_context_create return: void",
      "[host->vm] proxy_on_configure(1, 10)",
      "[host<-vm] proxy_on_configure return: 1",
      "[host->vm] proxy_on_context_create(2, 1)",
      "[host<-vm] proxy_on_context_create return: void",
      "[host->vm] proxy_on_request_headers(2, #, 0)",
      "[vm->host] env.proxy_get_header_map_value(0, *, 5, *, *)",
      "[vm<-host] env.proxy_get_header_map_value return: 0",
      "[host<-vm] proxy_on_request_headers return: 1",
      "[host->vm] proxy_on_delete(2)",
      "[host<-vm] proxy_on_delete return: void",
    ]);
  });

  it("drops the final shutdown, also behind a call that never returned", () => {
    const trapped = [
      "[host->vm] proxy_on_context_create(1, 0)",
      "[host->vm] proxy_on_context_create(2, 1)",
      "[host->vm] proxy_on_request_headers(2, 4, 1)",
    ];
    const shutdown = [
      "[host->vm] proxy_on_done(1)",
      "[host<-vm] proxy_on_done return: 1",
      "[host->vm] proxy_on_delete(1)",
      "[host<-vm] proxy_on_delete return: void",
    ];
    expect(normaliseTrace([...trapped, ...shutdown])).toEqual(normaliseTrace(trapped));
  });

  it("keeps a tick that answered", () => {
    const lines = [
      "[host->vm] proxy_on_context_create(2, 1)",
      "[host->vm] proxy_on_tick(1)",
      "[vm->host] env.proxy_send_local_response(500, 0, 0, 4096, 4, 0, 0, 4294967295)",
      "[host<-vm] proxy_on_tick return: void",
    ];
    expect(normaliseTrace(lines).slice(1)).toEqual([
      "[host->vm] proxy_on_tick(2)",
      "[vm->host] env.proxy_send_local_response(500, 0, 0, *, 4, 0, 0, 4294967295)",
      "[host<-vm] proxy_on_tick return: void",
    ]);
  });

  it("of nothing is nothing", () => {
    expect(normaliseTrace([])).toEqual([]);
  });
});
