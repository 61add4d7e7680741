// What is left of answers to an instruction: no echo, no fence, no text behind a stop sequence. Whole and streamed are the same.
import { describe, expect, test } from "vitest";
import { bedrockChunk, joined } from "../support/event_stream.ts";
import {
  answer,
  answerEvents,
  answerMessages,
  Filter,
  nativeRequest,
  withProfile,
} from "../support/filter.ts";
import {
  type Block,
  END_TURN,
  eventsOf,
  readStream,
  readWhole,
  streamed,
  wholeOf,
} from "./stream.ts";
import { type Ask, ending, inputOf, loaded, PREFILL, REFUSING } from "./support.ts";

const SURFACES = ["native", "chat", "completions"] as const;

const filterFor = (reframe: object, more: Record<string, unknown> = {}): Filter =>
  loaded(withProfile({ prefill: { mode: "reframe", reframe }, ...more }));

/** A request of a client that has stop sequences. */
function request(surface: (typeof SURFACES)[number], prefill: string, stops: string[] = []): Ask {
  const name = surface === "native" ? "stop_sequences" : "stop";
  return { surface, messages: ending(prefill), body: stops.length > 0 ? { [name]: stops } : {} };
}

/** What a client gets of a whole answer. */
function whole(filter: Filter, asked: Ask, blocks: readonly Block[], end = END_TURN) {
  const response = answer(wholeOf(blocks, end, REFUSING));
  const { client } = filter.exchange({ ...inputOf(asked), response });
  return readWhole(asked.surface ?? "chat", client.json() as Record<string, unknown>);
}

/** All ways to cut a text in pieces of a few sizes behind a first one. */
function* cuts(text: string): Generator<string[]> {
  const points = [...text];
  for (let first = 0; first <= points.length; first++)
    for (const size of [1, 3, points.length + 1]) {
      const pieces = [points.slice(0, first).join("")];
      for (let at = first; at < points.length; at += size)
        pieces.push(points.slice(at, at + size).join(""));
      yield pieces;
    }
}

interface Case {
  prefill: string;
  reply: string;
  stops?: string[];
  left: string;
  /** The sequence that ended the answer. */
  hit?: string;
}

const CASES: Case[] = [
  { prefill: PREFILL, reply: `${PREFILL}Paris.`, left: "Paris." },
  { prefill: PREFILL, reply: "Paris.", left: "Paris." },
  { prefill: PREFILL, reply: "The cap", left: "The cap" },
  { prefill: "{", reply: '```json\n{"a":1}\n```', left: '"a":1}' },
  // An echo would have set it off; now only what follows does.
  { prefill: "<a>", reply: "<a>x<a>y", stops: ["<a>"], left: "x", hit: "<a>" },
  { prefill: "<a>", reply: "x", stops: ["<a>"], left: "x" },
  {
    prefill: "```py\n",
    reply: "```py\nx = 1\n```\nDone",
    stops: ["\n```"],
    left: "x = 1",
    hit: "\n```",
  },
  { prefill: "{", reply: '```json\n{"a":1}\n```', stops: ["```"], left: '"a":1}' },
  { prefill: "{", reply: '"a":1}\n```\n', stops: ["```"], left: '"a":1}\n', hit: "```" },
  { prefill: "é:", reply: "é: wé:z", stops: ["é:", "z"], left: " w", hit: "é:" },
];

describe.each(SURFACES)("%s", (surface) => {
  test.each(CASES)("$prefill, $reply, stops $stops", ({ prefill, reply, stops, left, hit }) => {
    const filter = filterFor({});
    const asked = request(surface, prefill, stops);
    const reason = hit === undefined ? "end_turn/null" : `stop_sequence/${hit}`;
    const expected = {
      text: left,
      stop: surface === "native" ? reason : "stop",
      blocks: surface === "native" ? ["text"] : [],
    };
    expect(whole(filter, asked, [{ text: [reply] }])).toEqual(expected);
    for (const pieces of cuts(reply))
      expect(streamed(filter, asked, [{ text: pieces }]), JSON.stringify(pieces)).toEqual(expected);
  });

  test("prepend: the turn in front, and it stops nothing", () => {
    const filter = filterFor({ response: "prepend" });
    const asked = request(surface, "<a>", ["<a>"]);
    for (const reply of ["<a>x<a>y", "x<a>y"]) {
      expect(whole(filter, asked, [{ text: [reply] }]).text).toBe("<a>x");
      for (const pieces of cuts(reply))
        expect(streamed(filter, asked, [{ text: pieces }]).text).toBe("<a>x");
    }
  });
});

describe("which stop sequences go", () => {
  const sent = (prefill: string, stops: unknown, reframe: object = {}) => {
    const filter = filterFor(reframe);
    const asked: Ask = {
      surface: "native",
      messages: ending(prefill),
      body: { stop_sequences: stops },
    };
    const { upstream } = filter.exchange({ ...inputOf(asked), response: answer({}) });
    return (JSON.parse(upstream.text()) as { stop_sequences?: string[] }).stop_sequences;
  };

  test("those that stand in the turn", () => {
    expect(sent("ab", ["b", "c", "ab", "abc"])).toEqual(["c", "abc"]);
    expect(sent("ab", ["b"])).toBeUndefined();
    expect(sent("ab", ["c"])).toEqual(["c"]);
  });

  test("fences, where the answer may begin with one", () => {
    for (const prefill of ["{", "[1,", "```json\n", "So:\n```py\n"])
      expect(sent(prefill, ["\n```", "x"])).toEqual(["x"]);
    expect(sent("Hi", ["\n```", "x"])).toEqual(["\n```", "x"]);
  });

  test("none where nothing is done to the answer, or nothing about stops", () => {
    expect(sent("ab", ["b"], { response: "as_is" })).toEqual(["b"]);
    expect(sent("ab", ["b"], { emulate_stop: "never" })).toEqual(["b"]);
  });

  test("16 of them, of at most 1024 bytes each", () => {
    const text = Array.from({ length: 20 }, (_, i) => `<${i}>`);
    expect(sent(text.join(""), text)).toEqual(text.slice(16));
    const long = "x".repeat(1024);
    expect(sent(`${long}x`, [long, `${long}x`])).toEqual([`${long}x`]);
  });

  test.each([
    ["in front of the messages", (m: string) => `{"stop_sequences": ["a"] , "messages":${m}`],
    ["first of two", (m: string) => `{"stop_sequences":["a"],"messages":${m}`],
    ["behind the messages", (m: string) => `{"messages":${m}, "stop_sequences" : ["a"]`],
    ["with others", (m: string) => `{"stop_sequences":["b", "a" ,"c"],"messages":${m}`],
    ["with escapes", (m: string) => `{"stop_\\u0073equences":["\\u0061"],"messages":${m}`],
  ])("the body stays whole: %s", (_name, begin) => {
    const filter = filterFor({});
    const raw = `${begin(JSON.stringify(ending("a")))},"model":"${REFUSING}","max_tokens":9}`;
    const { upstream } = filter.exchange({ request: nativeRequest(raw), response: answer({}) });
    const body = JSON.parse(upstream.text()) as { stop_sequences?: string[]; messages: unknown[] };
    expect(body.messages).toHaveLength(1);
    expect(body.stop_sequences).toEqual(raw.includes('"b"') ? ["b", "c"] : undefined);
    expect(body).toMatchObject({ model: REFUSING, max_tokens: 9 });
  });
});

describe("native answers besides the text", () => {
  const filter = filterFor({});
  const asked = request("native", PREFILL, ["France"]);
  const blocks: Block[] = [
    { thinking: `${PREFILL}France` },
    { text: [PREFILL, "Paris"] },
    { tool: "f" },
    { text: ["in France", "!"] },
    { tool: "g" },
    { text: ["more"] },
  ];

  test("thinking and calls stay, later texts are searched, what is behind the end goes", () => {
    const expected = {
      text: "Parisin ",
      stop: "stop_sequence/France",
      blocks: ["thinking", "text", "tool_use", "text"],
    };
    expect(streamed(filter, asked, blocks)).toEqual(expected);
    expect(whole(filter, asked, blocks)).toEqual(expected);
  });

  test("the name that the client asked for is put back, too", () => {
    const named = filterFor({}, { models: { aliases: { mine: REFUSING } } });
    const mine = { ...asked, model: "mine" };
    const { client } = named.exchange({
      ...inputOf(mine),
      response: answer(wholeOf(blocks.slice(0, 2), END_TURN, REFUSING)),
    });
    expect(client.json()).toMatchObject({
      model: "mine",
      content: [{ type: "thinking" }, { text: "Paris" }],
    });
    const events = eventsOf(blocks.slice(0, 2), END_TURN, REFUSING);
    const { client: stream } = named.exchange({
      ...inputOf({ ...mine, body: { ...mine.body, stream: true } }),
      response: answerEvents(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")),
    });
    expect(stream.text()).toContain('"model":"mine"');
    expect(readStream("native", stream.text()).text).toBe("Paris");
  });

  test("an answer of calls alone, also with prepend", () => {
    for (const response of ["dedupe", "prepend"]) {
      const got = streamed(filterFor({ response }), asked, [{ tool: "f" }]);
      expect(got).toEqual({ text: "", stop: "end_turn/null", blocks: ["tool_use"] });
      const calls = whole(filterFor({ response }), asked, [{ tool: "f" }]);
      expect(calls.blocks).toEqual(["tool_use"]);
    }
  });

  test("an error passes, in a stream too", () => {
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    const failed = filter.exchange({ ...inputOf(asked), response: answer(error, 529) });
    expect([failed.client.status, failed.client.json()]).toEqual([529, error]);
    const [start] = eventsOf([], END_TURN, REFUSING);
    const text = [start, error].map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
    const broken = filter.exchange({
      ...inputOf({ ...asked, body: { ...asked.body, stream: true } }),
      response: answerEvents(text),
    });
    expect(broken.client.text()).toContain('"overloaded_error"');
  });

  test("a compressed answer that was to be read is an error", () => {
    const response = answer(wholeOf(blocks, END_TURN, REFUSING), 200, [
      ["content-encoding", "gzip"],
    ]);
    expect(filter.exchange({ ...inputOf(asked), response }).client.status).toBe(502);
  });

  test("a request without such a turn is passed on as it is", () => {
    const body = wholeOf([{ text: [`${PREFILL}Paris`] }], END_TURN, REFUSING);
    const response = answer(body);
    const { client } = filter.exchange({
      ...inputOf({ ...asked, messages: [{ role: "user", content: "x" }] }),
      response,
    });
    expect(client.text()).toBe(JSON.stringify(body));
  });
});

test("Bedrock's own framing: the echo goes, the frames are server-sent events", () => {
  const provider = { type: "bedrock", region: "us-east-1" };
  const filter = filterFor({}, { provider });
  for (const surface of ["native", "chat"] as const) {
    const asked = request(surface, PREFILL, ["France"]);
    const blocks: Block[] = [{ text: [PREFILL.slice(0, 9), PREFILL.slice(9), "Par", "is"] }];
    const messages = eventsOf(blocks, END_TURN, REFUSING).map(bedrockChunk);
    const { upstream, client } = filter.exchange({
      ...inputOf({ ...asked, body: { ...asked.body, stream: true } }),
      response: answerMessages(joined(...messages)),
    });
    expect(upstream.text()).not.toContain("stop_sequences");
    expect(readStream(surface, client.text()).text).toBe("Paris");
  }
});
