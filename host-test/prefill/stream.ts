/** Streams that answer a request which ends with an assistant turn: text blocks in pieces, and what clients make of them. */
import { answerEvents, type Filter } from "../support/filter.ts";
import { inputOf, type Ask } from "./support.ts";

/** One block of an answer; a text comes in these pieces. */
export type Block = { text: string[] } | { thinking: string } | { tool: string };

export interface Ending {
  stop_reason: string;
  stop_sequence: string | null;
}
export const END_TURN: Ending = { stop_reason: "end_turn", stop_sequence: null };

interface Event {
  type: string;
  index?: number;
  [member: string]: unknown;
}

const USAGE = { input_tokens: 1, output_tokens: 3 };

/** Events of a stream with these blocks. */
export function eventsOf(blocks: readonly Block[], ending: Ending, model: string): Event[] {
  return [
    {
      type: "message_start",
      message: { id: "m", type: "message", role: "assistant", model, content: [], usage: USAGE },
    },
    { type: "ping" },
    ...blocks.flatMap(blockEvents),
    { type: "message_delta", delta: { ...ending }, usage: { output_tokens: 3 } },
    { type: "message_stop" },
  ];
}

function blockEvents(block: Block, index: number): Event[] {
  const [start, deltas] = partsOf(block);
  return [
    { type: "content_block_start", index, content_block: start },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

function partsOf(block: Block): [object, object[]] {
  if ("text" in block)
    return [{ type: "text", text: "" }, block.text.map((text) => ({ type: "text_delta", text }))];
  if ("thinking" in block)
    return [
      { type: "thinking", thinking: "" },
      [{ type: "thinking_delta", thinking: block.thinking }],
    ];
  return [
    { type: "tool_use", id: "toolu_1", name: block.tool, input: {} },
    [{ type: "input_json_delta", partial_json: "{}" }],
  ];
}

/** The same answer, whole. */
export function wholeOf(blocks: readonly Block[], ending: Ending, model: string): object {
  const content = blocks.map((block) => {
    if ("text" in block) return { type: "text", text: block.text.join("") };
    if ("thinking" in block)
      return { type: "thinking", thinking: block.thinking, signature: "c2ln" };
    return { type: "tool_use", id: "toolu_1", name: block.tool, input: {} };
  });
  const head = { id: "m", type: "message", role: "assistant", model };
  return { ...head, content, ...ending, usage: USAGE };
}

/** What a client has in its hands at the end. */
export interface Got {
  text: string;
  /** `finish_reason`, or `stop_reason` and `stop_sequence` with a slash between. */
  stop: string;
  /** Types of what came, of native clients. */
  blocks: string[];
}

/** What a client of the surface reads from a whole answer. */
export function readWhole(surface: string, body: Record<string, unknown>): Got {
  if (surface === "native") {
    const content = body["content"] as { type: string; text?: string }[];
    return {
      text: content.map(({ text = "" }) => text).join(""),
      stop: `${String(body["stop_reason"])}/${String(body["stop_sequence"])}`,
      blocks: content.map(({ type }) => type),
    };
  }
  const [choice] = body["choices"] as {
    text?: string;
    message?: { content: string | null };
    finish_reason: string;
  }[];
  const text = choice?.text ?? choice?.message?.content ?? "";
  return { text, stop: choice?.finish_reason ?? "", blocks: [] };
}

/** What a client of the surface reads from a stream. */
export function readStream(surface: string, stream: string): Got {
  const frames = stream.split("\n\n").filter((frame) => frame.includes("data: {"));
  const events = frames.map(
    (frame) => JSON.parse(frame.slice(frame.indexOf("data: ") + 6)) as Record<string, unknown>,
  );
  return surface === "native" ? readNative(events as Event[]) : readChunks(events);
}

function readNative(events: Event[]): Got {
  const got: Got = { text: "", stop: "", blocks: [] };
  const open = new Set<number>();
  for (const event of events) {
    checkBlock(open, event);
    const delta = event["delta"] as { text?: string } & Partial<Ending>;
    if (event.type === "content_block_start")
      got.blocks.push((event["content_block"] as { type: string }).type);
    if (event.type === "content_block_delta") got.text += delta.text ?? "";
    if (event.type === "message_delta")
      got.stop = `${String(delta.stop_reason)}/${String(delta.stop_sequence)}`;
  }
  if (events.at(-1)?.type !== "message_stop") throw new Error("the stream has no end");
  if (open.size > 0) throw new Error("a block has no end");
  return got;
}

/** Throws unless the event is one that may come while these blocks are open. */
function checkBlock(open: Set<number>, { type, index = -1 }: Event): void {
  if (type === "content_block_start") open.add(index);
  if (type === "content_block_delta" && !open.has(index))
    throw new Error("a piece of a block that is not open");
  if (type === "content_block_stop" && !open.delete(index))
    throw new Error("a block that is not open ends");
}

function readChunks(events: Record<string, unknown>[]): Got {
  const choices = events.flatMap(
    (event) =>
      event["choices"] as {
        text?: string;
        delta?: { content?: string };
        finish_reason?: string | null;
      }[],
  );
  return {
    text: choices.map(({ text, delta }) => text ?? delta?.content ?? "").join(""),
    stop: choices.map(({ finish_reason }) => finish_reason ?? "").join(""),
    blocks: [],
  };
}

/** What a client gets of a stream of these blocks. */
export function streamed(
  filter: Filter,
  request: Ask,
  blocks: readonly Block[],
  ending: Ending = END_TURN,
): Got {
  const { surface = "chat", model = "claude-opus-4-7" } = request;
  const events = eventsOf(blocks, ending, model);
  const text = events
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");
  const body = { ...request.body, stream: true };
  const { client } = filter.exchange({
    ...inputOf({ ...request, body }),
    response: answerEvents(text),
  });
  return readStream(surface, client.text());
}
