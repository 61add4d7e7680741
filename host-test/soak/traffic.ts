/** Traffic as a gateway sees it over a long time: mostly small chats, some streams, errors, refusals, clients that leave. */
import { exchange, type HttpStream } from "../host/index.ts";
import { Random } from "../fuzz/random.ts";
import {
  answer,
  answerEvents,
  CHAT_HEADERS,
  chatRequest,
  HELLO,
  REPLY,
} from "../support/filter.ts";
import { EVENT_HEADERS, EVENTS, STREAM_BODY, type Bench } from "../lifecycle/support.ts";

/** Sizes of texts, small ones more often; nothing that needs the region for large blocks every time. */
const SIZES = [10, 10, 10, 10, 100, 100, 100, 1000, 1000, 1000, 1000, 10_000, 10_000, 300_000];
const LARGEST = 300_000;
/** Streams that are open at the same time, at most. */
const MOST_OPEN = 200;

/** Runs requests through one filter, one after the other and some side by side. */
export class Traffic {
  /** Requests that were sent. */
  count = 0;
  private readonly open: HttpStream[] = [];
  private largest = false;

  constructor(
    private readonly bench: Bench,
    private readonly random: Random,
  ) {}

  /** One more request of a kind by chance. Throws when an answer is not what it should be. */
  step(): void {
    this.count++;
    const kind = this.random.int(20);
    if (kind < 8) this.whole();
    else if (kind < 14) this.streamed();
    else if (kind < 16) this.refused();
    else if (kind < 17) this.failed();
    else if (kind < 18) this.left();
    else this.kept();
  }

  /** The largest of every kind, beside as many open streams as there will ever be. */
  warmUp(): void {
    while (this.open.length < MOST_OPEN) this.kept();
    this.largest = true;
    this.whole();
    this.streamed();
    this.failed();
    this.largest = false;
  }

  /** Ends the streams that were left open. */
  finish(): void {
    for (const stream of this.open.splice(0)) stream.clientReset();
  }

  private text(): string {
    return "x".repeat(this.largest ? LARGEST : this.random.pick(SIZES));
  }

  private chat(rest: object = {}): ReturnType<typeof chatRequest> {
    const messages = [
      { role: "system", content: "short" },
      ...Array.from({ length: this.largest ? 7 : 1 + this.random.int(7) }, () => ({
        role: "user",
        content: this.text(),
      })),
    ];
    return chatRequest({ ...HELLO, messages, ...rest });
  }

  private whole(): void {
    const text = this.text();
    const { host, root } = this.bench;
    const response = answer({ ...REPLY, content: [{ type: "text", text }] });
    const { client } = exchange(host, root, { request: this.chat(), response });
    expectStatus(client.status, 200);
    if (client.size < text.length) throw new Error("an answer lost its text");
  }

  private streamed(): void {
    const { host, root } = this.bench;
    const deltas = (EVENTS[2] as string).repeat(1 + this.random.int(50));
    const body = [...EVENTS.slice(0, 2), deltas, ...EVENTS.slice(3)].join("");
    const { client } = exchange(host, root, {
      request: this.chat({ stream: true }),
      response: { ...answerEvents(body), cut: this.random.pick([7, 100, 4096, "whole"] as const) },
    });
    if (!client.text().endsWith("data: [DONE]\n\n")) throw new Error("a stream has no end");
  }

  private refused(): void {
    const { host, root } = this.bench;
    const { client } = exchange(host, root, { request: chatRequest("{") });
    expectStatus(client.status, 400);
  }

  private failed(): void {
    const { host, root } = this.bench;
    const body = { type: "error", error: { type: "overloaded_error", message: this.text() } };
    const { client } = exchange(host, root, { request: this.chat(), response: answer(body, 529) });
    expectStatus(client.status, 503);
  }

  private left(): void {
    const stream = this.bench.host.stream(this.bench.root);
    stream.requestHeaders(CHAT_HEADERS);
    if (this.random.oneIn(2)) stream.requestBody(STREAM_BODY.slice(0, 20));
    stream.clientReset();
  }

  /** A stream that stays open beside the others, until it is the oldest of too many. */
  private kept(): void {
    const stream = this.bench.host.stream(this.bench.root);
    stream.requestHeaders(CHAT_HEADERS);
    stream.requestBody(STREAM_BODY, { end: true });
    stream.responseHeaders(EVENT_HEADERS);
    stream.responseBody(EVENTS.slice(0, 3).join(""));
    this.open.push(stream);
    if (this.open.length > MOST_OPEN) this.open.shift()?.clientReset();
  }
}

function expectStatus(status: number, wanted: number): void {
  if (status !== wanted) throw new Error(`status ${status}, not ${wanted}`);
}
