/**
 * Bedrock's binary streams give the client what the same events give as server-sent events, and give it however they are cut and
 * however they end, on a host that holds headers and on one that cannot.
 */
import { describe, expect, test } from "vitest";
import type { HostProfileName } from "../host/index.ts";
import { bedrockChunk, bedrockException, encodeMessage, joined } from "../support/event_stream.ts";
import { answerEvents, answerMessages, Filter, HELLO } from "../support/filter.ts";
import { HOSTS, streamFixtures, Subject } from "./cutting.ts";

const LARGEST = 2048;
const SIZES = [1, 2, 3, 5, 7, 11, 12, 13, 16, 31, 64, 100, 257];
const CHAT = {
  golden: { surface: "chat" },
  request: Buffer.from(JSON.stringify({ ...HELLO, stream: true })),
};

/** Any upstream may be told to send binary streams; Bedrock's own needs held headers for its path. */
function binaryFilter(host: HostProfileName): Filter {
  const provider = { type: "custom", host: "model.test", stream_framing: "aws_eventstream" };
  const config = {
    version: 1,
    request_headers: host === "envoy-hold" ? "hold" : "early",
    profile: { provider, auth: { mode: "client" } },
  };
  return Filter.load({ profile: host, config });
}

/** The messages that Bedrock would make of a stream; null for one with what it cannot send (comments, half events). */
function toMessages(events: Buffer): Uint8Array | null {
  const blocks = events.toString().split("\n\n");
  if (blocks.pop() !== "") return null;
  const json = blocks.map((block) => /^(?:event: \w+\n)?data: (\{.*\})$/.exec(block)?.[1]);
  // Without an event field the type has to stand in the JSON.
  const isTyped = (text: string): boolean => "type" in (JSON.parse(text) as object);
  const parts = json.map((text) =>
    text !== undefined && isTyped(text) ? bedrockChunk(text) : null,
  );
  return parts.includes(null) ? null : joined(...parts.filter((part) => part !== null));
}

const fixtures = streamFixtures(LARGEST).flatMap((fixture) => {
  // A native client's events pass as they are in one framing and are written anew from the other.
  if (fixture.golden.surface === "native") return [];
  const messages = toMessages(fixture.events);
  return messages === null ? [] : [{ ...fixture, messages }];
});

const START = bedrockChunk({ type: "message_start", message: { id: "msg_1", model: "m" } });
const OTHER = encodeMessage(
  {
    ":event-type": { type: "string", value: "metadata" },
    ":message-type": { type: "string", value: "event" },
  },
  '{"metrics":{}}',
);
const THROTTLED = bedrockException("throttlingException", { message: "Slow down" });
const damaged = THROTTLED.map((byte, at) => (at === 50 ? byte ^ 4 : byte));

/** Streams that server-sent events cannot say. */
const ONLY_BINARY: [string, Uint8Array][] = [
  ["an exception first", THROTTLED],
  ["an exception behind a message that is none of ours", joined(OTHER, THROTTLED)],
  ["an exception later", joined(START, OTHER, THROTTLED, START)],
  ["damage first", damaged],
  ["damage later", joined(START, damaged, START)],
  ["an end inside a message", joined(START, THROTTLED.subarray(0, 60))],
  ["half a prelude", THROTTLED.subarray(0, 7)],
  ["nothing that is ours", OTHER],
];

test("there are fixtures", () => expect(fixtures.length).toBeGreaterThan(20));

describe.each(HOSTS)("%s", (host) => {
  const filter = binaryFilter(host);

  test.each(fixtures)("$name: as server-sent events, however cut", (fixture) => {
    const { events, messages } = fixture;
    const plain = Subject.ofAnswer(filter, fixture, answerEvents(events));
    const subject = Subject.ofAnswer(filter, fixture, answerMessages(messages));
    expect(subject.uncut).toBe(plain.uncut);
    for (let at = 1; at < messages.length; at += host === "envoy-hold" ? 1 : 7) {
      subject.checkAnswer([at], at % 2 === 0 ? "separate" : "joined");
    }
    for (const size of SIZES) subject.checkAnswer(size, size % 2 === 0 ? "joined" : "separate");
  });

  test.each(ONLY_BINARY)("%s: cut everywhere, ended in every way", (_, messages) => {
    const subject = Subject.ofAnswer(filter, CHAT, answerMessages(messages));
    for (let at = 1; at < messages.length; at++) {
      subject.checkAnswer([at], at % 2 === 0 ? "separate" : "joined");
    }
    for (const size of SIZES) subject.checkAnswer(size, "separate");
  });
});
