/**
 * The same exchange, cut in different ways, must give the client the same bytes. `Subject` runs one exchange again and again;
 * it compares by itself instead of by matchers, because millions of runs go through it.
 */
import type {
  Cut,
  ExchangeResult,
  HeaderList,
  HostProfileName,
  MessageInput,
  SeenMessage,
} from "../host/index.ts";
import { clientHead, CLIENTS, goldenCases, readCaseFile, type GoldenCase } from "../golden/case.ts";
import { answerEvents, CONFIG, Filter } from "../support/filter.ts";

/** How a message ends: as on HTTP/1, as on HTTP/2, or by trailers. */
export const ENDS = ["separate", "joined", "trailers"] as const;
export type End = (typeof ENDS)[number];

const TRAILERS: HeaderList = [["x-tail", "1"]];

/** The hosts: one that holds headers, one that cannot, and one that hands bodies over in variables. */
export const HOSTS = ["envoy-hold", "envoy-nohold", "apisix"] as const satisfies HostProfileName[];
export type Host = (typeof HOSTS)[number];

/** A filter as that host runs it: without held headers the configuration says so. */
export function filterOn(host: Host): Filter {
  const early = { ...CONFIG, request_headers: "early" };
  return Filter.load({ profile: host, config: host === "envoy-nohold" ? early : CONFIG });
}

/** A message cut and ended in a certain way. */
export function cutMessage(message: MessageInput, cut: Cut, end: End): MessageInput {
  if (end === "trailers") return { ...message, cut, trailers: TRAILERS };
  return { ...message, cut, eos: end };
}

/** A golden case with a stream. */
export interface StreamFixture {
  name: string;
  golden: Pick<GoldenCase, "surface">;
  request: Buffer;
  events: Buffer;
}

/** Golden cases of all surfaces. */
export function allCases(): GoldenCase[] {
  return Object.keys(CLIENTS).flatMap((surface) => goldenCases(surface));
}

/** Golden cases with a stream of at most `most` bytes under the smallest configuration. */
export function streamFixtures(most: number): StreamFixture[] {
  return allCases().flatMap((golden) => {
    const events = readCaseFile(golden, "upstream.sse");
    const request = readCaseFile(golden, "request.json");
    const configured = readCaseFile(golden, "config.json") !== undefined;
    if (events === undefined || request === undefined || configured || events.length > most)
      return [];
    return [{ name: `${golden.surface} ${golden.name}`, golden, request, events }];
  });
}

/** One exchange and what became of it when nothing was cut. */
export class Subject {
  private readonly expected: Seen;

  constructor(
    private readonly filter: Filter,
    private readonly request: MessageInput,
    private readonly response: MessageInput,
  ) {
    this.expected = seen(this.run("whole", "whole", "separate", "separate"));
  }

  /** A client that gets a stream. */
  static ofStream(filter: Filter, fixture: StreamFixture): Subject {
    const request = { headers: clientHead(fixture.golden), body: fixture.request };
    return new Subject(filter, request, answerEvents(fixture.events));
  }

  /** A client whose answer is this one. */
  static ofAnswer(
    filter: Filter,
    { golden, request }: Pick<StreamFixture, "golden" | "request">,
    response: MessageInput,
  ): Subject {
    return new Subject(filter, { headers: clientHead(golden), body: request }, response);
  }

  /** What the client got when nothing was cut. */
  get uncut(): string {
    return `${this.expected.head}\n${this.expected.client.toString()}`;
  }

  /** Throws when the client sees a difference under this cut of the answer. */
  checkAnswer(cut: Cut, end: End): void {
    this.compare(this.run("whole", cut, "separate", end), `answer cut at ${String(cut)}, ${end}`);
  }

  /** Throws when upstream or client sees a difference under this cut of the request. */
  checkRequest(cut: Cut, end: End): void {
    this.compare(this.run(cut, "whole", end, "separate"), `request cut at ${String(cut)}, ${end}`);
  }

  private run(requestCut: Cut, answerCut: Cut, requestEnd: End, answerEnd: End): ExchangeResult {
    return this.filter.exchange({
      request: cutMessage(this.request, requestCut, requestEnd),
      response: cutMessage(this.response, answerCut, answerEnd),
    });
  }

  private compare(result: ExchangeResult, how: string): void {
    const { upstream, client, head } = seen(result);
    if (!upstream.equals(this.expected.upstream))
      throw difference("upstream", how, this.expected.upstream, upstream);
    if (!client.equals(this.expected.client))
      throw difference("client", how, this.expected.client, client);
    if (head !== this.expected.head)
      throw new Error(`${how}: ${head} instead of ${this.expected.head}`);
  }
}

interface Seen {
  upstream: Buffer;
  client: Buffer;
  head: string;
}

function seen({ upstream, client }: ExchangeResult): Seen {
  return {
    upstream: Buffer.from(upstream.body()),
    client: Buffer.from(client.body()),
    head: headOf(client),
  };
}

/** Status and headers. The host itself may send a length only where it knows one, so lengths are left out. */
function headOf(message: SeenMessage): string {
  const headers = message.headers ?? [];
  return JSON.stringify(headers.filter(([name]) => name !== "content-length"));
}

function difference(side: string, how: string, expected: Buffer, actual: Buffer): Error {
  let at = 0;
  while (at < expected.length && expected[at] === actual[at]) at++;
  const show = (bytes: Buffer) =>
    JSON.stringify(bytes.subarray(Math.max(0, at - 20), at + 60).toString());
  return new Error(
    `${how}: ${side} differs at byte ${at}: ${show(actual)} instead of ${show(expected)}`,
  );
}

/** A long answer: thinking, text with multi-byte characters, calls and pings; about `events` × 150 bytes. */
export function longStream(events: number): Buffer {
  const out: object[] = [
    {
      type: "message_start",
      message: { id: "msg_long", model: "m", content: [], usage: { input_tokens: 1 } },
    },
  ];
  const kinds = [
    [{ type: "thinking", thinking: "" }, "thinking_delta", "thinking"],
    [{ type: "text", text: "" }, "text_delta", "text"],
    [{ type: "tool_use", id: "t", name: "f", input: {} }, "input_json_delta", "partial_json"],
  ] as const;
  for (let i = 0; i < events; i += 10) {
    const index = i / 10;
    const [block, delta, member] = kinds[index % 3] as (typeof kinds)[number];
    out.push({ type: "content_block_start", index, content_block: block });
    for (let j = 0; j < 8; j++) {
      const text = `${i + j} é😀"\\/\n${"x".repeat((i * 7 + j * 3) % 60)}`;
      out.push({ type: "content_block_delta", index, delta: { type: delta, [member]: text } });
    }
    out.push({ type: "content_block_stop", index }, { type: "ping" });
  }
  out.push({
    type: "message_delta",
    delta: { stop_reason: "end_turn" },
    usage: { output_tokens: events },
  });
  out.push({ type: "message_stop" });
  const frames = out.map((event) => {
    const { type } = event as { type: string };
    return `event: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
  });
  return Buffer.from(frames.join(""));
}
