/** What streams cost, and what happens when there is no more memory: an answer, never a trap. */
import { describe, expect, it } from "vitest";
import { exchange, WasmHost, type HostProfileName, type HttpStream } from "../host/index.ts";
import {
  answer,
  answerEvents,
  chatRequest,
  CONFIG,
  HELLO,
  REPLY,
  RESPONSES_HEADERS,
} from "../support/filter.ts";
import { withMaximum } from "./maximum.ts";
import {
  answered,
  asked,
  debugBytes,
  EVENT_HEADERS,
  EVENTS,
  JSON_HEADERS,
  open,
  STREAM_BODY,
  textOf,
} from "./support.ts";

const IDLE_TARGET = 4096;
const MIB = 1 << 20;

describe("bytes that an open stream holds", () => {
  const held = (reach: (index: number) => void, bench = open()): number => {
    const before = bench.host.liveBytes() as number;
    reach(0);
    return (bench.host.liveBytes() as number) - before;
  };

  for (const [phase, body, headers, sent] of [
    ["its request sent, no answer yet", undefined, undefined, ""],
    ["a whole answer begun", undefined, JSON_HEADERS, "{"],
    ["the headers of a stream seen", STREAM_BODY, EVENT_HEADERS, ""],
    ["a stream idle between two events", STREAM_BODY, EVENT_HEADERS, EVENTS.slice(0, 3).join("")],
    ["an idle tool call", STREAM_BODY, EVENT_HEADERS, `${EVENTS[0]}${toolStart()}`],
  ] as const) {
    it(`${phase}: at most 4 KiB`, () => {
      const bench = open();
      const bytes = held(() => {
        const stream = asked(bench, body);
        if (headers !== undefined) stream.responseHeaders(headers);
        if (sent !== "") stream.responseBody(sent);
      }, bench);
      expect(bytes).toBeGreaterThan(100);
      expect(bytes).toBeLessThanOrEqual(IDLE_TARGET);
    });
  }

  it("half an event more than its own length is not kept", () => {
    const bench = open();
    const half = `data: {"type":"ping","x":"${"y".repeat(100_000)}`;
    const bytes = held(() => {
      const stream = asked(bench, STREAM_BODY);
      stream.responseHeaders(EVENT_HEADERS);
      stream.responseBody(EVENTS[0] as string);
      stream.responseBody(half);
    }, bench);
    expect(bytes).toBeGreaterThan(half.length);
    expect(bytes).toBeLessThan(2.5 * half.length);
  });
});

describe("bytes that a Responses stream holds", () => {
  const RESIDENT = 1.8 * MIB;
  const IDLE = 8192;
  const request = JSON.stringify({ model: HELLO.model, input: "Hello", stream: true });
  const begun = (bench = open()): { stream: HttpStream; held: () => number } => {
    const before = bench.host.liveBytes() as number;
    const stream = bench.host.stream(bench.root);
    stream.requestHeaders(RESPONSES_HEADERS);
    stream.requestBody(request, { end: true });
    stream.responseHeaders(EVENT_HEADERS);
    return { stream, held: () => (bench.host.liveBytes() as number) - before };
  };

  for (const [phase, sent] of [
    ["the headers of its answer seen", ""],
    ["idle between two events", EVENTS.slice(0, 3).join("")],
    ["an idle tool call", `${EVENTS[0]}${toolStart()}`],
  ] as const) {
    it(`${phase}: less than 8 KiB`, () => {
      const { stream, held } = begun();
      if (sent !== "") stream.responseBody(sent);
      expect(held()).toBeGreaterThan(100);
      expect(held()).toBeLessThan(IDLE);
    });
  }

  it("an answer of 300,000 tokens is held once, and repeated whole by the last event", () => {
    const tokens = 300_000;
    const word = "twenty-two characters.";
    const words = Math.ceil((tokens * 4) / word.length);
    const delta = EVENTS[2]?.replace('"Hi"', JSON.stringify(word)) as string;
    const { stream, held } = begun();
    stream.responseBody(EVENTS.slice(0, 2).join(""));
    const most = [0];
    for (let left = words; left > 0; left -= 500) {
      stream.responseBody(delta.repeat(Math.min(500, left)));
      most.push(held());
    }
    expect(Math.max(...most)).toBeGreaterThan(words * word.length);
    expect(Math.max(...most)).toBeLessThan(RESIDENT);
    stream.responseBody(EVENTS.slice(3).join(""), { end: true });
    const last = stream.client.text().trimEnd().split("\n").at(-1)?.slice(6) as string;
    const { type, response } = JSON.parse(last) as {
      type: string;
      response: { output: { content: { text: string }[] }[] };
    };
    expect(type).toBe("response.completed");
    expect(response.output[0]?.content[0]?.text).toBe(word.repeat(words));
  });
});

describe("memory that one request took is there for the next", () => {
  const of = (bytes: number): string => "x".repeat(bytes);
  const said = (content: unknown): object => ({ ...HELLO, messages: [{ role: "user", content }] });
  const base64 = Buffer.from(of(MIB / 4)).toString("base64");
  const tool = { type: "function", function: { name: "f", description: of(MIB / 4) } };
  const properties = { a: { type: "string", pattern: "^a$", description: of(MIB / 4) } };
  const kinds: Record<string, object> = {
    "a turn to be continued": {
      model: "claude-opus-4-7",
      messages: [...HELLO.messages, { role: "assistant", content: of(MIB / 4) }],
    },
    "a text file": said([{ type: "file", file: { filename: "a.txt", file_data: base64 } }]),
    "an image": said([
      { type: "image_url", image_url: { url: `data:image/png;base64,${base64}` } },
    ]),
    "a tool": { ...HELLO, tools: [tool] },
    "a schema": {
      ...HELLO,
      response_format: {
        type: "json_schema",
        json_schema: { name: "s", schema: { type: "object", properties } },
      },
    },
    "a role that is none": { ...HELLO, messages: [{ role: of(MIB / 4), content: "" }] },
    "a member that is none": { ...HELLO, [of(MIB / 4)]: 1 },
    "reasoning that comes back": {
      ...HELLO,
      messages: [
        ...HELLO.messages,
        {
          role: "assistant",
          content: of(1000),
          reasoning_details: [
            { type: "reasoning.text", text: of(MIB / 4), signature: "S==", index: 0 },
          ],
        },
        ...HELLO.messages,
      ],
    },
  };
  for (const [name, body] of Object.entries(kinds)) {
    it(name, () => {
      const { host, root } = open(CONFIG, { bufferLimit: 64 * MIB });
      const send = (request: object): number => {
        exchange(host, root, { request: chatRequest(request), response: answer(REPLY) });
        return host.memoryBytes;
      };
      const large = said(of(2 * MIB));
      const before = send(large);
      send(body);
      expect(send(large)).toBe(before);
    });
  }
});

function toolStart(): string {
  const content_block = { type: "tool_use", id: "toolu_1", name: "get_weather", input: {} };
  return `data: ${JSON.stringify({ type: "content_block_start", index: 0, content_block })}\n\n`;
}

/** Pages that a small exchange needs besides what the module has after its start. */
const ENOUGH = 3;

/** A filter whose memory cannot grow above what it has, plus some pages. */
function cramped(pages: number, profile: HostProfileName = "envoy-hold"): WasmHost {
  const roomy = WasmHost.loadSync(debugBytes(), { profile, canary: false });
  roomy.addRoot(CONFIG);
  const maximum = roomy.memoryBytes / 65536 + pages;
  return WasmHost.loadSync(withMaximum(debugBytes(), maximum), {
    profile,
    canary: false,
    leakCheck: true,
    bufferLimit: 64 * MIB,
  });
}

const BIG = { ...HELLO, messages: [{ role: "user", content: "x".repeat(4 * MIB) }] };

describe("when memory cannot grow", () => {
  for (const pages of [0, 1, 2, 8, 40, 70, 90, 140]) {
    it(`with ${pages} pages left a large request is a 500 of ours or served, and the next one is served`, () => {
      const host = cramped(pages);
      const root = host.addRoot(CONFIG);
      expect(root.ok).toBe(true);
      const { client } = exchange(host, root, {
        request: chatRequest(BIG),
        response: answer(REPLY),
      });
      expect([200, 413, 500]).toContain(client.status);
      const next = exchange(host, root, { request: chatRequest(HELLO), response: answer(REPLY) });
      expect(next.client.status).toSatisfy((it: number) => it === 200 || pages < ENOUGH);
      host.assertNothingLeaked();
    });

    it(`with ${pages} pages left a large answer is a 500 of ours or served`, () => {
      const host = cramped(pages);
      const root = host.addRoot(CONFIG);
      const text = '"'.repeat(2 * MIB);
      const content = [{ type: "tool_use", id: "toolu_1", name: "f", input: { a: text } }];
      const { client } = exchange(host, root, {
        request: chatRequest(HELLO),
        response: answer({ ...REPLY, content }),
      });
      expect([200, 500, 502]).toContain(client.status);
      if (client.size > 0) {
        expect(client.header("content-type")).toBe("application/json");
        expect(client.json()).toHaveProperty(client.status === 200 ? "choices" : "error");
      }
      if (pages < ENOUGH) return;
      expect(textOf(answered(asked({ host, root })))).toBe("Hi");
    });

    it(`with ${pages} pages left a large event is told as a failure or served whole`, () => {
      const host = cramped(pages);
      const root = host.addRoot(CONFIG);
      const delta = { type: "text_delta", text: "x".repeat(3 * MIB) };
      const large = `data: ${JSON.stringify({ type: "content_block_delta", index: 0, delta })}\n\n`;
      const events = [...EVENTS.slice(0, 2), large, ...EVENTS.slice(3)].join("");
      for (const cut of ["whole", 65536] as const) {
        const { client } = exchange(host, root, {
          request: chatRequest({ ...HELLO, stream: true }),
          response: { ...answerEvents(events), cut },
        });
        const body = client.text();
        const complete = body.includes("[DONE]");
        expect(complete || client.status >= 500 || body.includes('{"error":{')).toBe(true);
        if (complete) expect(body.length).toBeGreaterThan(3 * MIB);
      }
    });
  }

  it("many open streams: those without room are refused, none is lost, and all is given back", () => {
    const host = cramped(4);
    const root = host.addRoot(CONFIG);
    const streams = Array.from({ length: 2000 }, () => asked({ host, root }, STREAM_BODY));
    const refused = streams.filter(({ client }) => client.status === 500);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(2000);
    for (const stream of streams) {
      if (stream.over) continue;
      stream.responseHeaders(EVENT_HEADERS);
      if (!stream.over) stream.responseBody(EVENTS.join(""), { end: true });
    }
    host.assertIdle();
    host.assertNothingLeaked();
    expect(textOf(answered(asked({ host, root })))).toBe("Hi");
  });

  it("a configuration without room is refused with a log line", () => {
    const roomy = open();
    const pages = roomy.host.memoryBytes / 65536;
    const host = WasmHost.loadSync(withMaximum(debugBytes(), pages - 1), {
      profile: "envoy-hold",
      canary: false,
    });
    const aliases = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, at) => [`model-${at}`, `claude-${at}`]),
    );
    const root = host.addRoot({ ...CONFIG, profile: { ...CONFIG.profile, models: { aliases } } });
    expect(root.ok).toBe(false);
    expect(root.logs.length).toBeGreaterThan(0);
  });
});
