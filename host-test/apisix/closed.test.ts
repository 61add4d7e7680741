/**
 * nginx goes on after a trap, with the memory that it left. So the filter does nothing more in that VM, and the companion fails closed:
 * no byte of the upstream's reaches a client untranslated. A trap is made at a host call, as a defect would make one anywhere.
 */
import { describe, expect, test } from "vitest";
import { COMPANION_ERROR } from "../../host/companion.ts";
import type { HttpStream } from "../host/index.ts";
import type { Bench } from "../lifecycle/support.ts";
import {
  ANSWER,
  BODY,
  EVENT_HEADERS,
  EVENTS,
  JSON_HEADERS,
  STREAM_BODY,
  answered,
} from "../lifecycle/support.ts";
import { ask, openNginx } from "./support.ts";

/** The next host call of this name traps. */
class Fault {
  name = "";
  readonly interrupt = (name: string): boolean => {
    if (name !== this.name) return false;
    this.name = "";
    return true;
  };
}

function bench(): [Bench, Fault] {
  const fault = new Fault();
  const opened = openNginx({ traps: "model", leakCheck: false, interrupt: fault.interrupt });
  return [opened, fault];
}

/** The refusal of everything after a trap. */
function expectRefused(stream: HttpStream): void {
  expect(stream.upstream.headers).toBeUndefined();
  expect(stream.client.status).toBe(500);
  expect(stream.client.text()).toMatch(/failed in this worker process/);
}

describe("a trap", () => {
  test("in request headers: nothing goes upstream, nor does any later request", () => {
    const [host, fault] = bench();
    fault.name = "proxy_replace_header_map_value";
    const stream = ask(host, BODY);
    expect(stream.upstream.headers).toBeUndefined();
    expect(stream.client.status).toBe(503);
    expectRefused(ask(host, BODY));
  });

  test("in the request's body: the same", () => {
    const [host, fault] = bench();
    fault.name = "proxy_get_buffer_bytes";
    const stream = ask(host, BODY);
    expect(stream.upstream.headers).toBeUndefined();
    expect(stream.client.status).toBe(503);
    expectRefused(ask(host, BODY));
  });

  test("in an answer's headers: 502 with an error of our own, no byte of the upstream's", () => {
    const [host, fault] = bench();
    const stream = ask(host, BODY);
    fault.name = "proxy_remove_header_map_value";
    stream.responseHeaders([...JSON_HEADERS, ["content-length", String(ANSWER.length)]]);
    stream.responseBody(ANSWER, { end: true });
    expect(stream.client.status).toBe(502);
    expect(stream.client.text()).toBe(COMPANION_ERROR);
    expectRefused(ask(host, BODY));
  });

  test("in a piece of an answer: it ends there", () => {
    const [host, fault] = bench();
    const stream = ask(host, STREAM_BODY);
    stream.responseHeaders(EVENT_HEADERS);
    stream.responseBody(EVENTS[0] as string);
    const before = stream.client.text();
    fault.name = "proxy_get_buffer_bytes";
    stream.responseBody(EVENTS[2] as string);
    for (const event of EVENTS.slice(3)) stream.responseBody(event);
    expect(stream.client.text()).toBe(before);
    expect(stream.over).toBe(true);
  });

  test("of one stream ends the others, which find memory that nobody knows", () => {
    const [host, fault] = bench();
    const [first, second, third] = [ask(host, BODY), ask(host, STREAM_BODY), ask(host, BODY)];
    second.responseHeaders(EVENT_HEADERS);
    fault.name = "proxy_get_buffer_bytes";
    first.responseHeaders(JSON_HEADERS);
    first.responseBody(ANSWER, { end: true });
    second.responseBody(EVENTS[0] as string);
    expect(second.client.text()).toBe("");
    expect(second.over).toBe(true);
    third.responseHeaders(JSON_HEADERS);
    third.responseBody(ANSWER, { end: true });
    expect([third.client.status, third.client.text()]).toEqual([502, COMPANION_ERROR]);
  });

  test("is told a native client in its dialect", () => {
    const [host, fault] = bench();
    fault.name = "proxy_get_buffer_bytes";
    ask(host, BODY);
    const { client } = ask(host, BODY, "native");
    expect(client.json()).toMatchObject({ type: "error", error: { type: "api_error" } });
  });
});

test("a trap is logged, once", () => {
  const [opened, fault] = bench();
  fault.name = "proxy_get_buffer_bytes";
  for (let i = 0; i < 3; i++) ask(opened, BODY);
  const lines = opened.host.logs.filter(({ text }) => /a callback has trapped/.test(text));
  expect(lines.map(({ level }) => level)).toEqual(["critical"]);
});

test("without a trap the same exchange goes through: the fault is what the others see", () => {
  const [host] = bench();
  const stream = answered(ask(host, BODY));
  expect(stream.client.status).toBe(200);
});

test("a request that is not handed over is answered by the companion", () => {
  const { host, root } = openNginx();
  const stream = host.stream(root);
  stream.requestHeaders([
    [":method", "POST"],
    [":path", "/v1/chat/completions"],
    [":authority", "gateway.test"],
  ]);
  // The host forgets the opt-in: nobody reads the body.
  Object.assign(stream, { takesRequest: false });
  stream.requestBody(BODY, { end: true });
  expect(stream.upstream.headers).toBeUndefined();
  expect(stream.client.status).toBe(500);
});
