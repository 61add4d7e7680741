/**
 * Numbers, key order, duplicate keys and escapes inside tool schemas and arguments reach the other side byte for byte, both ways, whole
 * and in streams. Decided by docs/chat.md, rule 4 of its head, "Tools", "Arguments".
 */
import { describe, expect, test } from "vitest";
import { answer, answerEvents, Filter, HELLO, parseSse, REPLY } from "../../support/filter.ts";

/** What a parser that prints again would change. Valid JSON objects with `"type"` first, so that they are schemas as well. */
const EXACT: [name: string, json: string][] = [
  ["1.0", '{"type":"object","x":1.0}'],
  ["1e2, 1E+2, -0 and -0.0", '{"type":"object","x":[1e2,1E+2,-0,-0.0]}'],
  ["20 digits", '{"type":"object","x":12345678901234567890}'],
  ["40 decimals", '{"type":"object","x":0.1000000000000000055511151231257827021181}'],
  ["1e400", '{"type":"object","x":1e400,"y":-1e-400}'],
  ["key order, numbers as keys too", '{"type":"object","z":1,"10":2,"a":3,"2":4,"__proto__":5}'],
  ["duplicate keys", '{"type":"object","a":1,"a":2,"b":{"c":1,"c":[]},"a":null}'],
  ["escapes", '{"type":"object","a":"\\u0041\\/\\u00e9\\ud83d\\ude00\\t\\"\\\\","\\u0061":1}'],
  ["lone surrogates and NUL", '{"type":"object","a":"\\ud83d \\udc00 \\u0000"}'],
  ["characters that need no escape", '{"type":"object","ключ":"Ünïcode 👩‍💻","\u007f":"\u2028"}'],
  ["white space", '{ "type" : "object" ,\t"x" : [ 1 , { } ] }'],
  ["deep nesting", `{"type":"object","x":${"[".repeat(40)}1.50${"]".repeat(40)}}`],
];
const NAME = "f";
const filter = Filter.load();

/** A chat request with raw JSON in it, as no printer would write it. */
function request(members: string, messages = '{"role":"user","content":"Hello"}'): string {
  return `{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[${messages}]${members}}`;
}

/** The bytes between two texts of what was sent. */
function between(all: string, before: string, after: string): string {
  const start = all.indexOf(before);
  expect(start, `${before} in ${all}`).toBeGreaterThanOrEqual(0);
  const end = all.indexOf(after, start + before.length);
  expect(end, `${after} in ${all}`).toBeGreaterThanOrEqual(0);
  return all.slice(start + before.length, end);
}

const sent = (body: string): string => filter.chat(body, answer(REPLY)).upstream.text();

describe.each(EXACT)("%s", (_, json) => {
  test("in a tool's schema", () => {
    const tools = `,"tools":[{"type":"function","function":{"name":"f","parameters":${json}}}]`;
    expect(between(sent(request(tools)), '"input_schema":', "}]}")).toBe(json);
  });

  test("in a legacy function's schema", () => {
    const body = request(`,"functions":[{"name":"f","parameters":${json}}]`);
    expect(between(sent(body), '"input_schema":', '}],"tool_choice"')).toBe(json);
  });

  test("in the schema of one of Anthropic's own tools", () => {
    const body = request(`,"tools":[{"name":"f","input_schema":${json}}]`);
    expect(between(sent(body), '"tools":[{"name":"f","input_schema":', "}]}")).toBe(json);
  });

  test("in the arguments of a call in the history", () => {
    const call = { id: "toolu_1", type: "function", function: { name: NAME, arguments: json } };
    const turn = JSON.stringify({ role: "assistant", content: null, tool_calls: [call] });
    const result = '{"role":"tool","tool_call_id":"toolu_1","content":"ok"}';
    const body = sent(request("", `{"role":"user","content":"Hello"},${turn},${result}`));
    expect(between(body, '"input":', '}]},{"role":"user"')).toBe(json);
  });

  test("in the arguments of a call in a whole answer", () => {
    const reply = JSON.stringify({
      ...REPLY,
      content: [{ type: "tool_use", id: "toolu_1", name: NAME, input: "INPUT" }],
    }).replace('"INPUT"', () => json);
    const { client } = filter.chat(HELLO, answer(reply));
    expect(argumentsOf(client.json())).toBe(json);
  });

  test("in the arguments of a call in a stream, in pieces and at its start", () => {
    expect(streamedArguments({}, json)).toBe(json);
    expect(streamedArguments(json)).toBe(json);
  });
});

interface Told {
  choices: {
    message?: { tool_calls: { function: { arguments: string } }[] };
    delta?: { tool_calls?: { function: { arguments: string } }[] };
  }[];
}

function argumentsOf(told: unknown): string | undefined {
  return (told as Told).choices[0]?.message?.tool_calls[0]?.function.arguments;
}

/** The arguments that a client joins, of a call that starts with `input` and goes on with the characters of `pieces`. */
function streamedArguments(input: object | string, pieces = ""): string {
  const raw = typeof input === "string" ? input : JSON.stringify(input);
  const event = (type: string, rest: object): string =>
    `data: ${JSON.stringify({ type, ...rest }).replace('"INPUT"', () => raw)}\n\n`;
  const block = { type: "tool_use", id: "toolu_1", name: NAME, input: "INPUT" };
  const events = [
    event("message_start", { message: { id: "msg_1", model: "m", content: [] } }),
    event("content_block_start", { index: 0, content_block: block }),
    ...[...pieces].map((partial_json) =>
      event("content_block_delta", { index: 0, delta: { type: "input_json_delta", partial_json } }),
    ),
    event("content_block_stop", { index: 0 }),
    event("message_delta", { delta: { stop_reason: "tool_use" } }),
    event("message_stop", {}),
  ];
  const { client } = filter.chat({ ...HELLO, stream: true }, answerEvents(events.join("")));
  const chunks = parseSse(client.text()).flatMap((item) =>
    "data" in item && item.data !== "[DONE]" ? [JSON.parse(item.data) as Told] : [],
  );
  const calls = chunks.flatMap(({ choices }) => choices[0]?.delta?.tool_calls ?? []);
  return calls.map((call) => call.function.arguments).join("");
}
