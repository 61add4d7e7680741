// Request bodies of the shapes, each for a given size. Built from fixed numbers, so two runs send the same bytes.

import { agentHistory, MODEL, smallRequest, tool } from "../inputs.ts";

const HISTORY_TOOLS = 30;
const IMAGES = 5;
const TEXT_BYTES = 4096;

/** The text that the last message of a request carries: what an upstream has received of the whole body. */
export const LAST_WORDS = "Go on with the next file.";

type Json = Record<string, unknown>;

/** Returns an agent's history of so many rounds, with 30 tools: 49 KB, and 2.9 KB more with each round. */
export function history(rounds: number): Json {
  return agentHistory(Math.max(1, Math.round(rounds)), HISTORY_TOOLS) as Json;
}

/** Returns a small chat with `count` tools. */
export function withTools(count: number): Json {
  return { ...asking([]), tools: Array.from({ length: count }, tool) };
}

/** Returns a question about five images, base64 in data URLs of `bytes` bytes together. */
export function withImages(bytes: number): Json {
  const each = Math.floor(bytes / IMAGES / 4) * 3;
  const data = noise(each).toString("base64");
  const url = `data:image/png;base64,${data}`;
  const parts = Array.from({ length: IMAGES }, () => ({ type: "image_url", image_url: { url } }));
  return asking([{ role: "user", content: parts }]);
}

/** Returns turns of 4 KiB, user and assistant, with `bytes` bytes of `text` repeated; bytes as they are in UTF-8, unescaped. */
export function withText(text: string, bytes: number): Json {
  const content = text.repeat(Math.ceil(TEXT_BYTES / Buffer.byteLength(text)));
  const count = Math.max(1, Math.round(bytes / Buffer.byteLength(content) / 2));
  const turns = Array.from({ length: count }, () => [
    { role: "user", content },
    { role: "assistant", content },
  ]);
  return asking(turns.flat());
}

/** Returns a chat that ends in an assistant turn of this text. */
export function withPrefill(text: string): Json {
  const { messages, ...rest } = asking([]);
  const prefill = { role: "assistant", content: text };
  return { ...rest, stream: true, messages: [...(messages as object[]), prefill] };
}

/** Returns the small chat, answered by a stream. */
export function streamed(): Json {
  return { ...asking([]), stream: true };
}

/** Returns a small question of a client of the Responses API, answered by a stream. */
export function responsesQuestion(): Json {
  return { model: MODEL, max_output_tokens: 512, input: LAST_WORDS, stream: true };
}

/** Returns an agent's history as a native client sends it. */
export function nativeHistory(rounds: number): Json {
  const { system, tools, messages, ...rest } = parts(history(rounds));
  return {
    ...rest,
    system,
    messages: messages.map(nativeMessage),
    tools: tools.map(({ function: { name, description, parameters } }) => ({
      name,
      description,
      input_schema: parameters,
    })),
  };
}

/** Returns an agent's history as a client of the Responses API sends it. */
export function responsesHistory(rounds: number): Json {
  const { system, tools, messages } = parts(history(rounds));
  return {
    model: MODEL,
    max_output_tokens: 512,
    instructions: system,
    input: messages.flatMap(responsesItems),
    tools: tools.map(({ function: made }) => ({ type: "function", strict: false, ...made })),
  };
}

/** Returns a request as JSON; indented by two spaces when it is to be `pretty`. */
export function toBody(request: Json, pretty = false): Uint8Array {
  return Buffer.from(pretty ? JSON.stringify(request, null, 2) : JSON.stringify(request));
}

/** Returns JSON with every character outside ASCII escaped, as Python's `json.dumps` writes it. */
export function toAsciiBody(request: Json): Uint8Array {
  const text = JSON.stringify(request).replace(/[^\0-\x7f]/g, escaped);
  return Buffer.from(text, "latin1");
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

interface Call {
  id: string;
  function: { name: string; arguments: string };
}

interface Message {
  role: string;
  content: string;
  tool_call_id?: string;
  tool_calls?: Call[];
}

interface Parts extends Json {
  system: string;
  tools: { function: Json }[];
  messages: Message[];
}

function parts(request: Json): Parts {
  const [first, ...messages] = request.messages as Message[];
  return { ...request, system: first?.content ?? "", messages, tools: request.tools as never };
}

function nativeMessage({ role, content, tool_call_id: id, tool_calls: calls }: Message): Json {
  if (role === "tool") {
    return { role: "user", content: [{ type: "tool_result", tool_use_id: id, content }] };
  }
  if (calls === undefined) return { role, content };
  const uses = calls.map((call) => ({
    type: "tool_use",
    id: call.id,
    name: call.function.name,
    input: JSON.parse(call.function.arguments) as unknown,
  }));
  return { role, content: [{ type: "text", text: content }, ...uses] };
}

function responsesItems(message: Message): Json[] {
  const { role, content, tool_call_id: call_id, tool_calls: calls = [] } = message;
  if (role === "tool") return [{ type: "function_call_output", call_id, output: content }];
  const items = calls.map((call) => ({
    type: "function_call",
    call_id: call.id,
    ...call.function,
  }));
  return [{ role, content }, ...items];
}

function asking(before: object[]): Json {
  const { messages, ...rest } = smallRequest();
  return { ...rest, messages: [...messages, ...before, { role: "user", content: LAST_WORDS }] };
}

/** Bytes that compress as badly as an image does; always the same ones. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 0x9e3779b9;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
