/**
 * Chat Completions requests that a client could send: roles, parts, calls, tools, parameters, also reasoning and
 * native fields. Every text that must reach the upstream carries a mark that can be found again.
 */
import { Members, Raw, tree, type Node, type Plain } from "./json_tree.ts";
import type { Random } from "./random.ts";
import { anyText } from "./words.ts";

const MODELS = [
  "claude-sonnet-4-5",
  "anthropic/claude-sonnet-4-5",
  "claude-3-5-haiku-latest",
  "claude-3-opus-20240229",
  "claude-opus-4-1",
  "claude-opus-4-6",
  "claude-opus-4-8",
  "claude-sonnet-5-5",
  "claude-future-9",
  "gpt-4o",
];

/** A request, what must come out of it, and whether the client asked for a stream. */
export interface ChatRequest {
  tree: Node;
  /** Marks of user, assistant and tool texts, in no promised order. */
  marks: string[];
}

interface Builder {
  random: Random;
  marks: string[];
  /** Ids of calls that no result has answered. */
  open: string[];
  calls: number;
}

/** A request that the filter should accept, unless it uses something that is refused by design. */
export function chatRequest(random: Random): ChatRequest {
  const builder: Builder = { random, marks: [], open: [], calls: 0 };
  const entries: [string, Node][] = [
    ["model", random.pick(MODELS)],
    ["messages", messages(builder)],
    ...parameters(random),
  ];
  if (random.oneIn(2)) entries.push(["tools", tools(random)]);
  if (random.oneIn(4)) entries.push(["tool_choice", toolChoice(random)]);
  if (random.oneIn(2)) entries.push(["stream", true]);
  if (random.oneIn(3)) entries.push(["stream_options", tree({ include_usage: random.oneIn(2) })]);
  if (random.oneIn(12)) entries.push(random.pick(RARE)(random));
  if (random.oneIn(3)) entries.reverse();
  return { tree: new Members(entries), marks: builder.marks };
}

/** A text with a mark; the mark alone must reach the upstream. */
function marked(builder: Builder): string {
  const mark = `#${builder.marks.length}~`;
  builder.marks.push(mark);
  const { random } = builder;
  return random.oneIn(2) ? `${mark}${anyText(random)}` : `${anyText(random)}${mark}`;
}

function maybeBlank(builder: Builder): string {
  return builder.random.oneIn(6) ? builder.random.pick(["", " ", "\n\t"]) : marked(builder);
}

function messages(builder: Builder): Node {
  const { random } = builder;
  const list: Plain[] = [];
  const count = random.oneIn(300) ? 200 : 1 + random.int(8);
  for (let at = 0; at < count; at++) list.push(...turn(builder, at));
  return tree(list);
}

function turn(builder: Builder, at: number): Plain[] {
  const { random } = builder;
  switch (random.int(at === 0 ? 3 : 8)) {
    case 0:
      return [{ role: random.pick(["system", "developer"]), content: systemContent(random) }];
    case 1:
    case 2:
    case 3:
      return [{ role: "user", content: userContent(builder), ...extras(random) }];
    case 4:
    case 5:
      return [assistant(builder)];
    case 6:
      return builder.open.splice(0).map((id) => toolMessage(builder, id));
    default:
      return [toolMessage(builder, random.oneIn(2) ? "call_none" : undefined)];
  }
}

function extras(random: Random): { [key: string]: Plain } {
  if (random.oneIn(12)) return { name: "someone" };
  return random.oneIn(12) ? { cache_control: { type: "ephemeral" } } : {};
}

function systemContent(random: Random): Plain {
  const text = (): Plain => ({ type: "text", text: anyText(random) });
  return random.oneIn(3) ? [text(), ...random.list(2, text)] : anyText(random);
}

function userContent(builder: Builder): Plain {
  const { random } = builder;
  if (random.oneIn(2)) return maybeBlank(builder);
  return [userPart(builder), ...random.list(4, () => userPart(builder))];
}

function userPart(builder: Builder): Plain {
  const { random } = builder;
  if (!random.oneIn(4)) {
    const cache = random.oneIn(8) ? { cache_control: { type: "ephemeral" } } : {};
    return { type: "text", text: maybeBlank(builder), ...cache };
  }
  return random.pick(MEDIA)(random);
}

const MEDIA: readonly ((random: Random) => Plain)[] = [
  (random) => ({ type: "image_url", image_url: { url: `https://h/${random.int(9)}.png` } }),
  () => ({ type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } }),
  () => ({ type: "image_url", image_url: "https://h/x.pdf" }),
  () => ({ type: "file", file: { file_data: "data:application/pdf;base64,JVBERi0=" } }),
  () => ({ type: "file", file: { file_id: "file_1", filename: "a.png" } }),
  () => ({ type: "image", source: { type: "url", url: "https://h/x.png" } }),
  () => ({ type: "document", source: { type: "text", media_type: "text/plain", data: "x" } }),
  () => ({ type: "input_audio", input_audio: { data: "AA==", format: "wav" } }),
];

function assistant(builder: Builder): Plain {
  const { random } = builder;
  const message: { [key: string]: Plain | undefined } = { role: "assistant" };
  if (random.oneIn(8)) message["content"] = null;
  else if (random.oneIn(6)) message["content"] = [{ type: "text", text: marked(builder) }];
  else message["content"] = maybeBlank(builder);
  if (random.oneIn(8)) message["refusal"] = random.oneIn(2) ? null : anyText(random);
  if (random.oneIn(8)) message["reasoning_content"] = anyText(random);
  if (random.oneIn(8)) message["reasoning_details"] = random.list(3, () => reasoning(random));
  if (random.oneIn(3)) {
    message["tool_calls"] = [call(builder), ...random.list(3, () => call(builder))];
  }
  return message;
}

function reasoning(random: Random): Plain {
  if (random.oneIn(4)) return { type: "reasoning.encrypted", index: 0, data: "ZGF0YQ==" };
  return {
    type: "reasoning.text",
    index: random.int(3),
    text: anyText(random),
    signature: random.oneIn(4) ? undefined : "c2ln",
    after_text: random.oneIn(3) ? random.int(20) : undefined,
    after_tools: random.oneIn(4) ? random.int(3) : undefined,
  };
}

const ARGUMENTS = [
  "",
  "{}",
  " ",
  "null",
  "[1]",
  "12",
  '{"a":',
  '{"city":"Paris"}',
  '{"n":1.50,"n":2e2,"deep":{"x":[null,true,"\\u00e9"]}}',
  "not json",
  '"text"',
];

function call(builder: Builder): Plain {
  const { random } = builder;
  const id = random.pick(["call_", "toolu_", "call.", "c:/ä"]) + String(builder.calls++);
  builder.open.push(id);
  const name = random.pick(["get_weather", "get_time", "a.b", "ä", "x".repeat(140)]);
  if (random.oneIn(8)) return { id, type: "custom", custom: { name, input: anyText(random) } };
  const named = { id: random.oneIn(12) ? undefined : id, type: "function" };
  return { ...named, function: { name, arguments: random.pick(ARGUMENTS) } };
}

function toolMessage(builder: Builder, id: string | undefined): Plain {
  const { random } = builder;
  const content = random.oneIn(3)
    ? random.list(3, (): Plain => ({ type: "text", text: maybeBlank(builder) }))
    : maybeBlank(builder);
  const flag = random.oneIn(8) ? { is_error: true } : {};
  return { role: "tool", tool_call_id: id, content, ...flag };
}

const SCHEMAS: readonly Plain[] = [
  { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  {},
  { properties: { n: { minimum: 1e2, default: new Raw("1.0") } } },
  { type: "object", additionalProperties: { oneOf: [{ type: "null" }, { $ref: "#/$defs/a" }] } },
];

function tools(random: Random): Node {
  const one = (): Plain => {
    const name = random.pick(["get_weather", "get_time", "a.b", "ä", "get_weather"]);
    if (random.oneIn(8)) return { type: "custom", custom: { name, description: anyText(random) } };
    if (random.oneIn(8)) return { type: "web_search_20250305", name: "web_search" };
    if (random.oneIn(8)) return { name, input_schema: { type: "object" } };
    const parameters = random.oneIn(5) ? undefined : random.pick(SCHEMAS);
    const strict = random.oneIn(6) ? random.oneIn(2) : undefined;
    return {
      type: "function",
      function: { name, description: anyText(random), parameters, strict },
    };
  };
  return tree(random.list(5, one));
}

function toolChoice(random: Random): Node {
  return tree(
    random.pick<Plain>([
      "auto",
      "none",
      "required",
      { type: "function", function: { name: "get_weather" } },
      { type: "custom", custom: { name: "get_time" } },
      { type: "any" },
      { type: "tool", name: "get_time", disable_parallel_tool_use: true },
      {
        type: "allowed_tools",
        allowed_tools: {
          mode: "auto",
          tools: [{ type: "function", function: { name: "get_time" } }],
        },
      },
    ]),
  );
}

const PARAMETERS: readonly ((random: Random) => [string, Node])[] = [
  (random) => ["temperature", random.pick([0, 0.2, 1, 1.3, 2])],
  (random) => ["top_p", random.pick([0, 0.5, 0.99, 1])],
  (random) => ["max_tokens", random.pick([0, 1, 64, 4096, 1_000_000, -1])],
  (random) => ["max_completion_tokens", random.pick<Node>([1, 64, 64000, null])],
  (random) => ["stop", random.oneIn(2) ? anyText(random) : random.list(4, () => anyText(random))],
  (random) => ["user", random.pick(["u-1842", "a@b.example", "x".repeat(300), ""])],
  (random) => ["seed", random.int(100)],
  (random) => ["frequency_penalty", random.pick([0, 0.5])],
  (random) => ["n", random.oneIn(8) ? 2 : 1],
  (random) => ["parallel_tool_calls", random.oneIn(2)],
  (random) => ["metadata", tree({ user_id: anyText(random), other: "x" })],
  (random) => ["service_tier", random.pick(["auto", "default", "flex", "priority"])],
  (random) => ["store", random.oneIn(2)],
  (random) => ["logit_bias", tree(random.oneIn(2) ? {} : { "1": 2 })],
  (random) => ["unknown_parameter", anyText(random)],
];

function parameters(random: Random): [string, Node][] {
  return random.list(6, () => random.pick(PARAMETERS)(random));
}

/** Members that are refused by design, or that belong to Anthropic. */
const RARE: readonly ((random: Random) => [string, Node])[] = [
  (random) => ["reasoning_effort", random.pick(["low", "high", "none", "extreme"])],
  () => ["response_format", tree({ type: "json_object" })],
  () => ["functions", tree([{ name: "f", parameters: {} }])],
  () => ["thinking", tree({ type: "enabled", budget_tokens: 2048 })],
  (random) => ["system", anyText(random)],
  (random) => ["stop_sequences", tree([anyText(random)])],
  () => ["top_k", 5],
  () => ["cache_control", tree({ type: "ephemeral" })],
  () => ["modalities", tree(["text", "audio"])],
  () => ["web_search_options", tree({})],
];
