// What the upstream can do with a call: serve it, or one of the faults.

import { gzipSync } from "node:zlib";
import { message, SSE, streamOf, textBlock } from "../harness/answers.ts";
import type { Exchange } from "../upstream/exchange.ts";
import { messagesHeaders } from "../upstream/headers.ts";
import type { Act, Call } from "./call.ts";

/** The bytes of a call's answer, in two parts: the client of a stream has seen text after the first. */
interface Answer {
  type: string;
  begin: string;
  rest: string;
}

/** Events in front of the second text. */
const BEGIN_EVENTS = 3;

/** The right answer of a call. */
export function answerOf(call: Call): Answer {
  const { pieces } = call;
  if (call.shape.isStream) {
    const events = streamOf([textBlock(...pieces)]);
    const begin = events.slice(0, BEGIN_EVENTS).join("");
    return { type: SSE, begin, rest: events.slice(BEGIN_EVENTS).join("") };
  }
  const body = JSON.stringify(message([{ type: "text", text: pieces.join("") }], "end_turn"));
  const half = body.indexOf(pieces[1] ?? "");
  return { type: "application/json", begin: body.slice(0, half), rest: body.slice(half) };
}

/** Sends the head and the first part, and waits until the client of a stream has its first text. */
async function begin(exchange: Exchange, call: Call): Promise<Answer> {
  const answer = answerOf(call);
  exchange.head(200, messagesHeaders(exchange.serial, answer.type));
  await exchange.write(answer.begin);
  if (call.shape.isStream) await call.answer.saw(`«${call.mark}.0`);
  return answer;
}

/** Waits until all calls are in flight, does what the fault is, and lets the healthy go on. */
async function strike(call: Call, fault: () => void | Promise<void>): Promise<void> {
  call.meeting.arrive();
  await call.meeting.complete();
  await fault();
  call.meeting.strike();
}

/** Begins, lets the fault strike elsewhere, and ends as it should. */
export const serve: Act = async (exchange, call) => {
  const { rest } = await begin(exchange, call);
  call.meeting.arrive();
  await call.meeting.over();
  await finish(exchange, rest);
};

/** Answers at once and whole. */
export const serveAtOnce: Act = async (exchange, call) => {
  const { type, begin: first, rest } = answerOf(call);
  await exchange.send(200, messagesHeaders(exchange.serial, type), first + rest);
};

/** Nothing is answered; `fault` happens to the exchange when all are in flight. */
export const beforeHead = (fault: (exchange: Exchange) => void | Promise<void>): Act => {
  return (exchange, call) => strike(call, () => fault(exchange));
};

/** A part of the answer has come; `fault` happens when all are in flight. */
export const midway = (
  fault: (exchange: Exchange, rest: string, call: Call) => void | Promise<void>,
): Act => {
  return async (exchange, call) => {
    const { rest } = await begin(exchange, call);
    await strike(call, () => fault(exchange, rest, call));
  };
};

/** What is left, and the end. */
export async function finish(exchange: Exchange, rest: string): Promise<void> {
  await exchange.write(rest);
  exchange.end();
}

/** Half of the next event, or some bytes of a body. */
export async function halfAnEvent(exchange: Exchange, rest: string): Promise<void> {
  await exchange.write(Buffer.from(rest).subarray(0, 70));
}

/** The whole answer in pieces of one to three bytes, also between the bytes of a character. */
export const byteByByte: Act = async (exchange, call) => {
  const { type, begin: first, rest } = answerOf(call);
  exchange.head(200, messagesHeaders(exchange.serial, type));
  const bytes = Buffer.from(first + rest);
  for (let at = 0, size = 1; at < bytes.length; at += size, size = 1 + (size % 3)) {
    await exchange.write(bytes.subarray(at, at + size));
    if (at === 0) await strike(call, () => undefined);
  }
  exchange.end();
};

/** How an answer that is wrong as a whole differs from a right one. */
export interface Wrong {
  status?: number;
  headers?: Record<string, string>;
  body: (right: Buffer, call: Call) => Uint8Array | string;
}

/** Sends another answer than the right one, whole. */
export const wrongly = ({ status = 200, headers = {}, body }: Wrong): Act => {
  return async (exchange, call) => {
    const { type, begin: first, rest } = answerOf(call);
    const bytes = body(Buffer.from(first + rest), call);
    await strike(call, () =>
      exchange.send(status, { ...messagesHeaders(exchange.serial, type), ...headers }, bytes),
    );
  };
};

/** Bytes of every value but a colon, the same for the same mark: no line of them is a field or a comment of an event. */
export function noiseOf(mark: string): Uint8Array {
  const [COLON, SEMICOLON] = [58, 59];
  let state = [...mark].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7);
  return Uint8Array.from({ length: 2000 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const byte = state >>> 24;
    return byte === COLON ? SEMICOLON : byte;
  });
}

export const gzipped: Wrong = {
  headers: { "content-encoding": "gzip" },
  body: (right) => gzipSync(right),
};

/** The answer, and trailers behind it; without `rest` they come where the end should be. */
export const withTrailers = (isWhole: boolean): Act => {
  return async (exchange, call) => {
    const { type, begin: first, rest } = answerOf(call);
    exchange.head(200, messagesHeaders(exchange.serial, type), { trailers: true });
    await exchange.write(first);
    if (call.shape.isStream) await call.answer.saw(`«${call.mark}.0`);
    await strike(call, async () => {
      if (isWhole) await exchange.write(rest);
      exchange.end({ "x-tail": call.mark });
    });
  };
};

/** Another act for each attempt; the last one for all that follow. */
export const attempts = (...acts: Act[]): Act => {
  return async (exchange, call, attempt) => {
    const act = acts[Math.min(attempt, acts.length) - 1];
    await act?.(exchange, call, attempt);
  };
};

/** Arrives, and says nothing until Envoy lets go of it. */
export const silence: Act = async (exchange, call) => {
  await strike(call, () => undefined);
  await exchange.closed();
};

/** Answers when a second attempt has come, which then gets nothing. */
export const serveWhenHedged: Act = async (exchange, call, attempt) => {
  if (attempt > 1) return exchange.closed();
  await strike(call, () => undefined);
  await call.changed.until(() => call.attempts > 1, "the second attempt");
  await serveAtOnce(exchange, call, attempt);
};

/** Sends events one at a time, as fast as they are taken. */
export const pour: Act = async (exchange, call) => {
  const { type, begin: first, rest } = answerOf(call);
  exchange.head(200, messagesHeaders(exchange.serial, type));
  for (const event of (first + rest).split(/(?<=\n\n)/)) await exchange.write(event);
  exchange.end();
};

/** The same, and then no end: Envoy holds it all. */
export const pourIntoEnvoy: Act = async (exchange, call) => {
  const { type, begin: first, rest } = answerOf(call);
  exchange.head(200, messagesHeaders(exchange.serial, type));
  await exchange.write(first + rest.slice(0, rest.lastIndexOf("event: content_block_stop")));
  call.isPoured = true;
  call.changed.notify();
  await exchange.closed();
};

/** Answers with an error of the API. */
export const refuse = (status: number, type: string): Act => {
  return async (exchange, call) => {
    const body = JSON.stringify({ type: "error", error: { type, message: "Refused" } });
    const send = (): Promise<void> =>
      exchange.send(status, messagesHeaders(exchange.serial, "application/json"), body);
    await strike(call, send);
  };
};
