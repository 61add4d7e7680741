/**
 * What a stream of the Messages API means, written a second time and without any regard to windows: the outcome that
 * the filter must reach, however the bytes were cut. Source: docs/chat.md, "Event table", "End of stream".
 */
import type { Told } from "./check_client.ts";

type Json = { [key: string]: unknown };

interface OpenBlock {
  type: unknown;
  /** Of a tool_use block; `seen`: a piece of its arguments came. */
  tool: Told["tools"][number] | undefined;
  input: unknown;
  seen: boolean;
}

interface State extends Told {
  /** Open blocks by index. */
  open: Map<number, OpenBlock>;
  started: boolean;
  stop: string | undefined;
  /** Something was said in a place that has no meaning: what it does is not promised. */
  unsure: boolean;
}

const REASONS: { [key: string]: string } = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  tool_use: "tool_calls",
  model_context_window_exceeded: "length",
  pause_turn: "stop",
  refusal: "content_filter",
};

/** An index that is not spelled as one; a number may be one or not by how exactly it is read. */
const ODD_INDEX = /"index"\s*:\s*(?!\d{1,9}(\.0)?\s*[,}])/;

/** The `finish_reason` for a stop reason. */
export function finishReason(reason: unknown): string {
  return (typeof reason === "string" ? REASONS[reason] : undefined) ?? "stop";
}

interface ReadEvent {
  name: string;
  data: string;
  unfinished: boolean;
}

/** Names and data of the events in a stream, as the HTML standard reads it; `unfinished` marks one that the end cut. */
function readEvents(text: string): ReadEvent[] {
  const events: ReadEvent[] = [];
  let [name, data, lines] = ["", "", 0];
  const all = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  const flush = (unfinished: boolean): void => {
    if (lines > 0 && data !== "") events.push({ name, data, unfinished });
    [name, data, lines] = ["", "", 0];
  };
  all.forEach((line, at) => {
    if (line === "") return flush(at === all.length - 1);
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    if (field === "data") data = lines++ === 0 ? value : `${data}\n${value}`;
  });
  flush(true);
  return events;
}

/** What a client must be told about a stream that ended cleanly; undefined when that is not promised. */
export function tellStream(text: string): Told | undefined {
  const state: State = {
    text: "",
    tools: [],
    finish: undefined,
    done: false,
    failed: false,
    open: new Map(),
    started: false,
    stop: undefined,
    unsure: false,
  };
  for (const event of readEvents(text)) if (!state.done && !state.failed) takeData(state, event);
  end(state);
  const { tools, finish, done, failed } = state;
  return state.unsure ? undefined : { text: state.text, tools, finish, done, failed };
}

/** One event; what is cut off at the end counts only when it is complete by chance. */
function takeData(state: State, { name, data, unfinished }: ReadEvent): void {
  if (data === "[DONE]") return end(state);
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    state.failed = !unfinished;
    return;
  }
  state.unsure ||= ODD_INDEX.test(data);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    state.failed = true;
    return;
  }
  const { type } = value as Json;
  take(state, value as Json, typeof type === "string" ? type : name);
}

function take(state: State, event: Json, type: string): void {
  state.unsure ||= "type" in event && typeof event["type"] !== "string";
  const index = indexOf(event["index"]);
  switch (type) {
    case "message_start":
      if (!state.started) playContent(state, (event["message"] ?? {}) as Json);
      state.started = true;
      break;
    case "content_block_start":
      state.started = true;
      startBlock(state, index, (event["content_block"] ?? {}) as Json);
      break;
    case "content_block_delta":
      state.started = true;
      takeDelta(state, index, (event["delta"] ?? {}) as Json);
      break;
    case "content_block_stop":
      stopBlock(state, index);
      break;
    case "message_delta":
      keepStop(state, (event["delta"] ?? {}) as Json);
      break;
    case "message_stop":
      state.started = true;
      close(state);
      break;
    case "error":
      state.failed = true;
      break;
    default:
      state.unsure ||= type !== "ping" && ("delta" in event || "message" in event);
      break;
  }
}

/** Members of other types than the API's: which of two of the same name counts is not promised then. */
function isOdd(value: Json): boolean {
  if (typeof value !== "object") return true;
  const { input = {}, stop_reason: stop = null } = value;
  if (typeof input !== "object" || (stop !== null && typeof stop !== "string")) return true;
  return ["type", "text", "id", "name", "partial_json"].some(
    (key) => key in value && typeof value[key] !== "string",
  );
}

/** What is no text says nothing. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** What is no index counts as one and the same. */
function indexOf(value: unknown): number {
  const good = Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
  return good ? (value as number) : -1;
}

function playContent(state: State, message: Json): void {
  const all = Array.isArray(message["content"]) ? (message["content"] as (Json | null)[]) : [];
  const blocks = all.map((block) => block ?? {});
  blocks.forEach((block, index) => {
    startBlock(state, index, block);
    stopBlock(state, index);
  });
}

function startBlock(state: State, index: number, block: Json): void {
  stopBlock(state, index);
  state.unsure ||= isOdd(block);
  const { type, input } = block;
  if (type === "text") state.text += textOf(block["text"]);
  const tool =
    type === "tool_use"
      ? { id: textOf(block["id"]), name: textOf(block["name"]), arguments: "" }
      : undefined;
  if (tool !== undefined) state.tools.push(tool);
  state.open.set(index, { type, tool, input, seen: false });
}

function takeDelta(state: State, index: number, delta: Json): void {
  const block = state.open.get(index);
  if (block === undefined) return;
  state.unsure ||= isOdd(delta);
  if (delta["type"] === "text_delta" && block.type === "text") {
    state.text += textOf(delta["text"]);
  }
  const piece = delta["partial_json"];
  if (delta["type"] !== "input_json_delta" || block.tool === undefined || !textOf(piece)) return;
  block.seen = true;
  block.tool.arguments += textOf(piece);
}

function stopBlock(state: State, index: number): void {
  const block = state.open.get(index);
  state.open.delete(index);
  if (block?.tool === undefined || block.seen) return;
  block.tool.arguments = JSON.stringify(block.input ?? {});
}

function keepStop(state: State, delta: Json): void {
  state.unsure ||= isOdd(delta);
  if (typeof delta["stop_reason"] === "string") state.stop = delta["stop_reason"];
}

function close(state: State): void {
  [...state.open.keys()].forEach((index) => stopBlock(state, index));
  state.finish = finishReason(state.stop);
  state.done = true;
}

/** The end of the bytes: complete when a stop reason came, else cut off. */
function end(state: State): void {
  if (state.done || state.failed) return;
  if (state.started && state.stop !== undefined) close(state);
  else state.failed = true;
}

/** What a client must be told about a whole message; undefined when that is not promised. */
export function tellMessage(message: Json): Told | undefined {
  const all = message["content"] as (Json | null)[];
  const blocks = all.filter((block): block is Json => typeof block === "object" && block !== null);
  if (blocks.some(isOdd) || isOdd({ stop_reason: message["stop_reason"] })) return undefined;
  const texts = blocks.filter(({ type }) => type === "text").map(({ text }) => textOf(text));
  const tools = blocks
    .filter(({ type }) => type === "tool_use")
    .map(({ id, name, input }) => ({
      id: textOf(id),
      name: textOf(name),
      arguments: JSON.stringify(input ?? {}),
    }));
  const finish = finishReason(message["stop_reason"]);
  return { text: texts.join(""), tools, finish, done: true, failed: false };
}
