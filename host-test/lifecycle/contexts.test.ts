/** Several configurations and streams in one VM; contexts that begin or end in unusual ways. */
import { describe, expect, it } from "vitest";
import { CHAT_HEADERS, CONFIG, withProfile } from "../support/filter.ts";
import {
  addRoot,
  ANSWER,
  answered,
  asked,
  BODY,
  EVENT_HEADERS,
  EVENTS,
  JSON_HEADERS,
  open,
  STREAM_BODY,
  textOf,
} from "./support.ts";

const ALIASED = withProfile({ models: { aliases: { "claude-sonnet-4-5": "claude-opus-4-8" } } });
const BASED = withProfile({ provider: { type: "anthropic", base_path: "/relay" } });

function sentModel(stream: { upstream: { json(): unknown } }): string {
  return (stream.upstream.json() as { model: string }).model;
}

describe("several configurations in one VM", () => {
  it("each stream follows the configuration of its own root, also interleaved", () => {
    const { host, root } = open();
    const aliased = addRoot(host, ALIASED);
    const based = addRoot(host, BASED);
    const streams = [root, aliased, based].map((each) => host.stream(each));
    for (const stream of streams) stream.requestHeaders(CHAT_HEADERS);
    for (const stream of [...streams].reverse()) stream.requestBody(BODY.slice(0, 20));
    for (const stream of streams) stream.requestBody(BODY.slice(20), { end: true });
    expect(streams.map(sentModel)).toEqual([
      "claude-sonnet-4-5",
      "claude-opus-4-8",
      "claude-sonnet-4-5",
    ]);
    expect(streams.map(({ upstream }) => upstream.header(":path"))).toEqual([
      "/v1/messages",
      "/v1/messages",
      "/relay/v1/messages",
    ]);
    expect(streams.map((stream) => textOf(answered(stream)))).toEqual(["Hi", "Hi", "Hi"]);
  });

  it("two streams whose events arrive in turns do not mix", () => {
    const bench = open();
    const streams = [asked(bench, STREAM_BODY), asked(bench, STREAM_BODY)];
    for (const stream of streams) stream.responseHeaders(EVENT_HEADERS);
    EVENTS.forEach((event, at) => {
      const half = event.length >> 1;
      for (const stream of streams) stream.responseBody(event.slice(0, half));
      for (const [number, stream] of streams.entries()) {
        const text = event.slice(half).replace("Hi", `Hi${number}`);
        stream.responseBody(text, { end: at === EVENTS.length - 1 });
      }
    });
    expect(streams.map(textOf)).toEqual(["Hi0", "Hi1"]);
  });

  it("a live stream keeps the configuration that was replaced under it", () => {
    // The host cannot tell what a configuration needs that was added beside a live stream.
    const { host, root } = open(ALIASED, { leakCheck: false });
    const old = host.stream(root);
    old.requestHeaders(CHAT_HEADERS);
    root.close();
    const next = addRoot(host, CONFIG);
    const young = asked({ host, root: next });
    old.requestBody(BODY, { end: true });
    expect([sentModel(old), sentModel(young)]).toEqual(["claude-opus-4-8", "claude-sonnet-4-5"]);
    answered(young);
    expect(textOf(answered(old))).toBe("Hi");
  });

  it("a deleted configuration leaves nothing behind", () => {
    const { host } = open();
    const before = host.liveBytes();
    for (let round = 0; round < 50; round++) {
      const root = addRoot(host, ALIASED);
      const stream = asked({ host, root });
      root.close();
      answered(stream);
    }
    expect(host.liveBytes()).toBe(before);
  });

  it("configuring an existing root anew replaces its configuration", () => {
    const { host, root } = open();
    const before = host.liveBytes() as number;
    root.start(root.currentVm);
    expect(root.ok).toBe(true);
    const added = (host.liveBytes() as number) - before;
    root.start(root.currentVm);
    expect((host.liveBytes() as number) - before).toBe(2 * added);
  });
});

describe("contexts that are not what they should be", () => {
  it("a context that is only logged costs nothing", () => {
    const { host, root } = open();
    for (let round = 0; round < 100; round++) host.logOnly(root);
    expect(textOf(answered(asked({ host, root })))).toBe("Hi");
  });

  it("the goodbyes of a context do not depend on what it has seen", () => {
    const bench = open();
    const steps = [
      (): void => bench.host.stream(bench.root).logOnly(),
      (): void => {
        const stream = bench.host.stream(bench.root);
        stream.requestHeaders(CHAT_HEADERS);
        stream.clientReset();
      },
      (): void => asked(bench).clientReset(),
      (): void => {
        const stream = asked(bench, STREAM_BODY);
        stream.responseHeaders(EVENT_HEADERS);
        stream.responseBody(EVENTS.slice(0, 3).join(""));
        stream.clientReset();
      },
    ];
    for (const step of steps) step();
    bench.host.assertIdle();
    bench.host.assertNothingLeaked();
  });

  it("an answer before the request has ended is translated as an error of the upstream", () => {
    const { host, root } = open({ ...CONFIG, request_headers: "early" });
    const stream = host.stream(root);
    stream.requestHeaders(CHAT_HEADERS);
    stream.requestBody(BODY.slice(0, 10));
    stream.responseHeaders([
      [":status", "429"],
      ["content-type", "application/json"],
    ]);
    stream.responseBody('{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}', {
      end: true,
    });
    expect(stream.client.status).toBe(429);
    expect(stream.client.json()).toMatchObject({ error: { type: "rate_limit_error" } });
  });

  it("bytes behind a finished answer are dropped", () => {
    const bench = open();
    const stream = asked(bench, STREAM_BODY);
    stream.responseHeaders(EVENT_HEADERS);
    stream.responseBody(EVENTS.join(""));
    stream.responseBody(EVENTS.join(""));
    stream.responseBody("garbage", { end: true });
    expect(stream.client.text().match(/\[DONE\]/g)).toHaveLength(1);
    expect(stream.client.text().endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("an answer of a request that was answered already is not touched twice", () => {
    const { host, root } = open();
    const stream = host.stream(root);
    stream.requestHeaders(CHAT_HEADERS);
    stream.requestBody("{", { end: true });
    const body = stream.client.text();
    expect(stream.client.status).toBe(400);
    stream.responseHeaders(JSON_HEADERS);
    stream.responseBody(ANSWER, { end: true });
    expect(stream.client.text()).toBe(body);
  });
});
