// The three surfaces that calls go to: what a marked request looks like on each, and how an answer reads.

/** What every call asks for. */
export const MODEL = "claude-sonnet-4-5";
const MARKS = /«(m\w+)\./g;

/** What a client makes of an answer. */
export interface Reading {
  /** all text of the model */
  text: string;
  /** something in it says that the answer is whole */
  isComplete: boolean;
  /** errors, as "type code" without what is null */
  errors: string[];
}

/** One surface. */
export interface Surface {
  name: "chat" | "responses" | "native";
  path: string;
  headers: Record<string, string>;
  body(prompt: string, stream: boolean): Record<string, unknown>;
  /** Reads an answer's objects: the events of a stream, or the one that is the body. */
  read(objects: readonly Json[]): Reading;
  /** what only a stream or an answer that is whole has */
  endMark: RegExp;
}

/** An object of JSON, looked at without knowing its type. */
export type Json = { [name: string]: Json } & { [index: number]: Json } & Iterable<Json>;

/** Pieces of text in every answer, if nothing else is said, and bytes that each has besides. */
export const PIECES = { count: 6, bytes: 0 };

/** The pieces of text that the call `mark` is answered by; each carries the mark. */
export function piecesOf(mark: string, { count, bytes } = PIECES): string[] {
  const padding = "p".repeat(bytes);
  return Array.from({ length: count }, (_, index) => `«${mark}.${index} é${padding}»`);
}

/** The marks of all calls whose text is in `bytes`. */
export function marksIn(bytes: string): Set<string> {
  return new Set(Array.from(bytes.matchAll(MARKS), ([, mark]) => mark ?? ""));
}

const asText = (value: unknown): string => (typeof value === "string" ? value : "");

function errorOf(object: Json | undefined): string[] {
  const error = object?.["error"];
  if (typeof error !== "object" || error === null) return [];
  const words = [error["type"], error["code"]].map(asText).filter((word) => word !== "");
  return [words.join(" ")];
}

const chat: Surface = {
  name: "chat",
  path: "/v1/chat/completions",
  headers: {},
  body: (prompt, stream) => ({
    model: MODEL,
    max_tokens: 64,
    messages: [{ role: "user", content: prompt }],
    ...(stream ? { stream } : {}),
  }),
  read: (objects) => {
    const choices = objects.flatMap((object) => object["choices"]?.[0] ?? []);
    const texts = choices.map(
      (choice) => choice["delta"]?.["content"] ?? choice["message"]?.["content"],
    );
    return {
      text: texts.map(asText).join(""),
      isComplete: choices.some((choice) => typeof choice["finish_reason"] === "string"),
      errors: objects.flatMap(errorOf),
    };
  },
  endMark: /\[DONE\]|"finish_reason":"/,
};

const responses: Surface = {
  name: "responses",
  path: "/v1/responses",
  headers: {},
  body: (prompt, stream) => ({ model: MODEL, input: prompt, ...(stream ? { stream } : {}) }),
  read: (objects) => {
    const deltas = objects.filter(({ type }) => asText(type) === "response.output_text.delta");
    const items = objects.flatMap((object) => [...(object["output"] ?? [])]);
    const parts = items.flatMap((item) => [...(item["content"] ?? [])]);
    const texts =
      deltas.length > 0 ? deltas.map(({ delta }) => delta) : parts.map(({ text }) => text);
    const ends = [...objects, ...objects.flatMap(({ response }) => response ?? [])];
    return {
      text: texts.map(asText).join(""),
      isComplete: ends.some(({ status }) => asText(status) === "completed"),
      errors: ends.flatMap(errorOf),
    };
  },
  endMark: /"response\.completed"|"status":"completed","completed_at"/,
};

const native: Surface = {
  name: "native",
  path: "/v1/messages",
  headers: { "anthropic-version": "2023-06-01" },
  body: chat.body,
  read: (objects) => {
    const blocks = objects.flatMap(({ content }) => [...(content ?? [])]);
    const texts = [
      ...objects.map(({ delta }) => delta?.["text"]),
      ...blocks.map(({ text }) => text),
    ];
    return {
      text: texts.map(asText).join(""),
      isComplete: objects.some(
        ({ type, stop_reason }) =>
          asText(type) === "message_stop" ||
          (asText(type) === "message" && asText(stop_reason) !== ""),
      ),
      errors: objects.flatMap(errorOf),
    };
  },
  endMark: /message_stop|"stop_reason":"end_turn"/,
};

/** All surfaces, in the order of the tables. */
export const SURFACES: readonly Surface[] = [chat, responses, native];

/** The objects of a body: one of JSON, or those of its events. What cannot be read is left out. */
export function objectsOf(body: string): Json[] {
  const isStream = !body.startsWith("{");
  const texts = isStream
    ? Array.from(body.matchAll(/^data: (.*)$/gm), ([, data]) => data ?? "")
    : [body];
  return texts.flatMap((text) => {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === "object" && value !== null ? (value as Json) : [];
    } catch {
      return [];
    }
  });
}
