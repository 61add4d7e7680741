/**
 * The APIs that clients speak, as the matrix of providers asks through them: what is sent, and what an answer, an error and a broken
 * stream must look like there. One row for each surface.
 */
import { expect } from "vitest";
import type { HeaderList } from "../host/index.ts";
import { parseSse } from "./filter.ts";
import { EVENTS, MESSAGE, MODEL, WHY, type Failure } from "./providers.ts";

/** What a client saw. */
export interface Seen {
  status: number;
  contentType: string | undefined;
  text: string;
}

/** A surface. The checks throw what does not hold. */
export interface Surface {
  name: string;
  path: string;
  headers: HeaderList;
  request(stream: boolean): object;
  checkWhole(seen: Seen): void;
  checkStream(seen: Seen): void;
  checkError(seen: Seen, failure: Failure, upstreamStatus: number): void;
  /** a stream whose upstream says in the middle that it is overloaded */
  checkBroken(seen: Seen): void;
}

const EVENT_STREAM = "text/event-stream; charset=utf-8";
const BODY = { model: MODEL, max_tokens: 64, messages: [{ role: "user", content: "Hi" }] };

function dataOf(seen: Seen): string[] {
  expect(seen.status).toBe(200);
  return parseSse(seen.text).flatMap((item) => ("data" in item ? [item.data] : []));
}

interface Chunk {
  choices: { delta: { content?: string }; finish_reason: string | null }[];
}

const TYPES: Record<Failure, readonly [type: string, code: RegExp | null]> = {
  "400": ["invalid_request_error", null],
  "401": ["authentication_error", /^(invalid_api_key|401)$/],
  "429": ["rate_limit_error", /^(rate_limit_exceeded|RateLimitReached)$/],
  "529": ["overloaded_error", /^overloaded$/],
};

const chat: Surface = {
  name: "chat",
  path: "/v1/chat/completions",
  headers: [],
  request: (stream) => ({ ...BODY, ...(stream ? { stream } : {}) }),
  checkWhole(seen) {
    expect(seen.status).toBe(200);
    expect(seen.contentType).toBe("application/json");
    expect(JSON.parse(seen.text)).toMatchObject({
      object: "chat.completion",
      model: MODEL,
      choices: [{ message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 3, completion_tokens: 1 },
    });
  },
  checkStream(seen) {
    expect(seen.contentType).toBe(EVENT_STREAM);
    const data = dataOf(seen);
    expect(data.at(-1)).toBe("[DONE]");
    const chunks = data.slice(0, -1).map((text) => JSON.parse(text) as Chunk);
    const content = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    expect(content).toBe("Hello");
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
  },
  checkError(seen, failure, upstreamStatus) {
    const [type, code] = TYPES[failure];
    expect(seen.status).toBe(upstreamStatus === 529 ? 503 : upstreamStatus);
    expect(seen.contentType).toBe("application/json");
    const { error } = JSON.parse(seen.text) as { error: Record<string, unknown> };
    expect(error).toEqual({
      message: WHY,
      type,
      param: null,
      code: code === null ? null : (expect.stringMatching(code) as unknown),
    });
  },
  checkBroken(seen) {
    const data = dataOf(seen);
    expect(data.at(-1)).toBe(
      JSON.stringify({
        error: { message: WHY, type: "overloaded_error", param: null, code: "overloaded" },
      }),
    );
    expect(seen.text).toContain('"content":"Hel"');
    expect(seen.text).not.toContain('"finish_reason":"');
  },
};

const messages: Surface = {
  name: "messages",
  path: "/v1/messages",
  headers: [["anthropic-version", "2023-06-01"]],
  request: (stream) => ({ ...BODY, ...(stream ? { stream } : {}) }),
  checkWhole(seen) {
    expect(seen.status).toBe(200);
    expect(seen.contentType).toBe("application/json");
    expect(JSON.parse(seen.text)).toEqual(MESSAGE);
  },
  checkStream(seen) {
    expect(seen.contentType).toMatch(/^text\/event-stream/);
    const events = dataOf(seen).map((text) => JSON.parse(text) as object);
    expect(events).toEqual(EVENTS);
  },
  checkError(seen, failure, upstreamStatus) {
    expect(seen.status).toBe(upstreamStatus);
    expect(seen.contentType).toBe("application/json");
    const error = { type: TYPES[failure][0], message: WHY };
    expect(JSON.parse(seen.text)).toMatchObject({ type: "error", error });
  },
  checkBroken(seen) {
    const last = JSON.parse(dataOf(seen).at(-1) ?? "") as object;
    expect(last).toMatchObject({
      type: "error",
      error: { type: "overloaded_error", message: WHY },
    });
    expect(seen.text).toContain('"Hel"');
    expect(seen.text).not.toContain("message_stop");
  },
};

interface ResponseEvent {
  type: string;
  delta?: string;
  response?: object;
}

const responses: Surface = {
  name: "responses",
  path: "/v1/responses",
  headers: [],
  request: (stream) => ({ model: MODEL, input: "Hi", ...(stream ? { stream } : {}) }),
  checkWhole(seen) {
    expect(seen.status).toBe(200);
    expect(seen.contentType).toBe("application/json");
    expect(JSON.parse(seen.text)).toMatchObject({
      object: "response",
      status: "completed",
      model: MODEL,
      output: [{ type: "message", content: [{ type: "output_text", text: "Hello" }] }],
      usage: { input_tokens: 3, output_tokens: 1 },
    });
  },
  checkStream(seen) {
    expect(seen.contentType).toBe(EVENT_STREAM);
    const events = dataOf(seen).map((text) => JSON.parse(text) as ResponseEvent);
    const deltas = events.filter(({ type }) => type === "response.output_text.delta");
    expect(deltas.map(({ delta }) => delta).join("")).toBe("Hello");
    expect(events.at(-1)).toMatchObject({
      type: "response.completed",
      response: { status: "completed", output: [{ content: [{ text: "Hello" }] }] },
    });
  },
  checkError: (...args) => chat.checkError(...args),
  checkBroken(seen) {
    const last = JSON.parse(dataOf(seen).at(-1) ?? "") as ResponseEvent;
    expect(last).toMatchObject({
      type: "response.failed",
      response: { status: "failed", error: { code: "server_error", message: WHY } },
    });
    expect(seen.text).toContain('"delta":"Hel"');
    expect(seen.text).not.toContain("response.completed");
  },
};

export const SURFACES: readonly Surface[] = [chat, messages, responses];
