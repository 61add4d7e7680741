import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CODEC } from "../../host-test/support/event_stream.ts";
import { environmentOf, parseConfig } from "../src/config/parse.ts";
import { bedrockFrames, joinBytes } from "../src/filter/event_stream.ts";
import { requestHeaders, parseHeaders } from "../src/state/headers.ts";
import { Session, type RequestInput } from "../src/filter/session.ts";
import { PRESETS } from "../src/samples/configs.ts";
import { SAMPLES, stateOf } from "../src/samples/requests.ts";
import { SURFACES, type State } from "../src/state/state.ts";
import { answerHead } from "../src/view/answer_head.ts";
import { cutAnswer } from "../src/player/pieces.ts";
import { isFramed } from "../src/filter/canned.ts";

const module = new Uint8Array(
  readFileSync(new URL("../../build/messages-bridge.wasm", import.meta.url)),
);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function configured(config: string): Session {
  const session = new Session(module);
  const json = parseConfig(config).json ?? "";
  const { ok, logs } = session.configure(json, { env: environmentOf(json) });
  expect(logs.filter(({ level }) => level === "error")).toEqual([]);
  expect(ok).toBe(true);
  return session;
}

function inputOf(state: State): RequestInput {
  const { headers } = parseHeaders(state.headers);
  return {
    headers: requestHeaders(state.path, headers),
    body: new TextEncoder().encode(state.request),
  };
}

const SAMPLE_ROWS = SURFACES.flatMap((surface) =>
  SAMPLES[surface].map(({ title }, index) => ({ title: `${surface}: ${title}`, surface, index })),
);
const PLAIN = PRESETS.anthropic?.text ?? "";

describe("samples", () => {
  test.each(SAMPLE_ROWS)("$title does what its title says", ({ title, surface, index }) => {
    const state = stateOf(surface, index, PLAIN);
    const { upstream, client, failure } = configured(state.config).translate(inputOf(state));
    const status = client.headers.find(([name]) => name === ":status")?.[1];
    expect(failure).toBeUndefined();
    expect([upstream !== undefined, status]).toEqual(
      title.includes("Refused") ? [false, "400"] : [true, "200"],
    );
  });

  test.each(SAMPLE_ROWS)("$title is played to its end", ({ surface, index }) => {
    const state = stateOf(surface, index, PLAIN);
    const session = configured(state.config);
    const request = inputOf(state);
    const path = session
      .translate(request)
      .upstream?.headers.find(([name]) => name === ":path")?.[1];
    const framed = isFramed(path ?? "");
    let progress = session.open(
      request,
      answerHead({ answer: state.answer, status: state.status, framed }),
    );
    const { pieces } = cutAnswer(state.answer, "64", framed);
    const seen = pieces.map(
      (piece, at) => (progress = session.feed(piece, at === pieces.length - 1)),
    );
    expect(progress).toMatchObject({ ended: true });
    expect(seen.every(({ broken }) => broken === undefined)).toBe(true);
  });
});

test.each(Object.entries(PRESETS))("preset %s is accepted", (_, { text: config }) => {
  configured(config);
});

test("a refusal of a configuration has its paths", () => {
  const session = new Session(module);
  const { ok, logs } = session.configure('{"version":1,"profile":{"prefil":{}}}', { env: {} });
  expect(ok).toBe(false);
  expect(logs.map((line) => line.text).join("\n")).toContain(
    '$.profile.prefil: unknown key; did you mean "prefill"?',
  );
});

test("without an accepted configuration nothing is translated", () => {
  const session = new Session(module);
  expect(() => session.translate({ headers: [], body: new Uint8Array() })).toThrow(
    "no configuration",
  );
  expect(() => session.feed(new Uint8Array(), true)).toThrow("no answer");
});

test("a refused configuration replaces the accepted one", () => {
  const session = configured(PLAIN);
  session.configure("{}", { env: {} });
  expect(() => session.translate({ headers: [], body: new Uint8Array() })).toThrow(
    "no configuration",
  );
});

test("what leaves for the client is told once, headers first", () => {
  const state = stateOf("responses", 0, PLAIN);
  const session = configured(PLAIN);
  const first = session.open(
    inputOf(state),
    answerHead({ answer: state.answer, status: "200", framed: false }),
  );
  const rest = cutAnswer(state.answer, "event", false).pieces.map((piece) =>
    session.feed(piece, false),
  );
  const heads = [first, ...rest].filter(({ headers }) => headers !== undefined);
  expect(heads).toHaveLength(1);
  const withChunks = rest.filter(({ chunks }) => chunks.length > 0);
  expect(withChunks.length).toBeGreaterThan(5);
  const events = withChunks.flatMap(({ chunks }) => chunks.map(text)).join("");
  expect(events.match(/response\.created/g)).toHaveLength(2);
  expect(session.feed(new Uint8Array(), true).ended).toBe(true);
});

test("frames are those of the AWS clients", () => {
  const frames = bedrockFrames(
    'event: ping\ndata: {"type":"ping"}\n\n: comment\n\ndata: {"a":"é"}\n\n',
  );
  const payloads = frames.map((frame) => {
    const { headers, body } = CODEC.decode(frame);
    expect(headers[":event-type"]?.value).toBe("chunk");
    const { bytes } = JSON.parse(text(body)) as { bytes: string };
    return Buffer.from(bytes, "base64").toString("utf8");
  });
  expect(payloads).toEqual(['{"type":"ping"}', '{"a":"é"}']);
  expect(joinBytes(frames).length).toBe(frames.reduce((sum, { length }) => sum + length, 0));
});
