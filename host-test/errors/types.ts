/** Members of a wrong type: one row each, all of them `invalid_type`. */
import { answered, hello, refused, said, type ErrorRow } from "./row.ts";

const AN_ARRAY = "an array";
const AN_OBJECT = "an object";
const A_STRING = "a string";
const A_NUMBER = "a number";
const A_BOOLEAN = "a boolean";

function wrong(id: string, body: unknown, param: string, expected: string): ErrorRow {
  return refused(`type-${id}`, body, `Invalid type for '${param}': expected ${expected}.`);
}

/** A top-level member that has a wrong type. */
function member(name: string, value: unknown, expected: string): ErrorRow {
  return wrong(name.replaceAll("_", "-"), hello({ [name]: value }), name, expected);
}

/** A member of a message. */
function inMessage(name: string, value: unknown, expected: string): ErrorRow {
  const id = `message-${name.replaceAll("_", "-")}`;
  return wrong(id, said({ role: "assistant", [name]: value }), `messages[0].${name}`, expected);
}

/** A member of the one part of a user's message. */
function inPart(name: string, value: unknown, expected: string, type = "text"): ErrorRow {
  const body = said({ role: "user", content: [{ type, [name]: value }] });
  return wrong(
    `part-${name.replaceAll("_", "-")}`,
    body,
    `messages[0].content[0].${name}`,
    expected,
  );
}

/** The one tool of a request. */
function tool(id: string, value: unknown, path: string, expected: string): ErrorRow {
  return wrong(id, hello({ tools: [value] }), `tools[0]${path}`, expected);
}

function func(name: string, value: unknown, expected: string): ErrorRow {
  const body = { type: "function", function: { name: "f", [name]: value } };
  return tool(`tool-function-${name}`, body, `.function.${name}`, expected);
}

/** The one call of an assistant's message. */
function call(id: string, value: unknown, path: string, expected: string): ErrorRow {
  return wrong(id, answered({ tool_calls: [value] }), `messages[0].tool_calls[0]${path}`, expected);
}

const TOOLS = { tools: [{ type: "function", function: { name: "f" } }] };

export const TYPE_ROWS: ErrorRow[] = [
  wrong("role-null", said({ role: null, content: "x" }), "messages[0].role", A_STRING),
  wrong(
    "part-type-null",
    said({ role: "user", content: [{ type: null, text: "x" }] }),
    "messages[0].content[0].type",
    A_STRING,
  ),
  member("model", 7, A_STRING),
  member("messages", {}, AN_ARRAY),
  member("tools", {}, AN_ARRAY),
  member("max_tokens", "9", A_NUMBER),
  member("max_completion_tokens", true, A_NUMBER),
  wrong("max-tokens-fraction", hello({ max_tokens: 9.5 }), "max_tokens", "an integer"),
  wrong(
    "max-completion-tokens-exponent",
    '{"model":"m","messages":[{"role":"user","content":"x"}],"max_completion_tokens":1e2}',
    "max_completion_tokens",
    "an integer",
  ),
  member("temperature", "hot", A_NUMBER),
  member("top_p", [], A_NUMBER),
  member("n", "1", A_NUMBER),
  member("stream", "true", A_BOOLEAN),
  member("stream_options", true, AN_OBJECT),
  member("parallel_tool_calls", 0, A_BOOLEAN),
  member("user", {}, A_STRING),
  member("safety_identifier", 1, A_STRING),
  member("metadata", "m", AN_OBJECT),
  member("reasoning_effort", 3, A_STRING),
  member("reasoning", "high", AN_OBJECT),
  member("response_format", "json", AN_OBJECT),
  member("modalities", "text", AN_ARRAY),
  member("functions", {}, AN_ARRAY),
  member("web_search_options", true, AN_OBJECT),
  member("stop", 1, "a string or an array of strings"),
  wrong("stop-entry", hello({ stop: ["a", null] }), "stop[1]", A_STRING),
  wrong("tool-choice", hello({ ...TOOLS, tool_choice: 1 }), "tool_choice", "a string or an object"),
  wrong("message", hello({ messages: ["hi"] }), "messages[0]", AN_OBJECT),
  wrong("role", said({ role: 1 }), "messages[0].role", A_STRING),
  inMessage("content", 1, "a string or an array of content parts"),
  inMessage("tool_calls", {}, AN_ARRAY),
  inMessage("tool_call_id", 1, A_STRING),
  inMessage("refusal", true, A_STRING),
  inMessage("is_error", "yes", A_BOOLEAN),
  inMessage("reasoning_details", {}, AN_ARRAY),
  inMessage("thinking_blocks", "x", AN_ARRAY),
  inMessage("content_blocks", {}, AN_ARRAY),
  inMessage("function_call", [], AN_OBJECT),
  wrong("part", said({ role: "user", content: ["hi"] }), "messages[0].content[0]", AN_OBJECT),
  wrong(
    "part-type",
    said({ role: "user", content: [{ type: 1 }] }),
    "messages[0].content[0].type",
    A_STRING,
  ),
  inPart("text", 1, A_STRING),
  inPart("refusal", 1, A_STRING, "refusal"),
  inPart("image_url", 1, AN_OBJECT, "image_url"),
  inPart("file", "x", AN_OBJECT, "file"),
  tool("tool", "f", "", AN_OBJECT),
  tool("tool-type", { type: 1 }, ".type", A_STRING),
  tool("tool-function", { type: "function", function: "f" }, ".function", AN_OBJECT),
  func("name", 1, A_STRING),
  func("description", 1, A_STRING),
  func("parameters", "{}", AN_OBJECT),
  func("strict", "yes", A_BOOLEAN),
  call("call", "f", "", AN_OBJECT),
  call("call-id", { id: 1 }, ".id", A_STRING),
  call("call-function", { function: "f" }, ".function", AN_OBJECT),
  call("call-name", { function: { name: 1 } }, ".function.name", A_STRING),
  call(
    "call-arguments",
    { function: { name: "f", arguments: {} } },
    ".function.arguments",
    A_STRING,
  ),
];
