// What becomes of an assistant turn at the end of a request, mode by mode and kind by kind.
import { describe, expect, test } from "vitest";
import { ask, ending, PREFILL, QUESTION, REFUSING, TAKING } from "./support.ts";

const MESSAGE =
  "This model does not support assistant message prefill. The conversation must end with a user message.";
const SURFACES = ["chat", "native", "responses", "completions"] as const;
const PARAMS = { chat: "messages", responses: "input", completions: "prompt" };
const thinking = { type: "thinking", thinking: "a", signature: "b" };
const search = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} };
const found = { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] };
const call = { type: "tool_use", id: "toolu_1", name: "f", input: {} };

describe.each(SURFACES)("%s", (surface) => {
  test("passthrough is the default: the turn goes upstream, told and counted", () => {
    const seen = ask({ surface });
    expect(seen.sent?.messages.at(-1)?.role).toBe("assistant");
    expect(seen.word).toBe("passthrough");
    expect(seen.counted).toEqual({ "passthrough/text/anthropic": 1 });
  });

  test("a model that takes such turns gets them in every mode", () => {
    for (const mode of ["strip", "reject"]) {
      const seen = ask({ surface, model: TAKING, prefill: { mode } });
      expect(seen.sent?.messages.at(-1)?.role).toBe("assistant");
      expect(seen.word).toBeUndefined();
      expect(seen.counted).toEqual({ "passthrough/text/anthropic": 1 });
    }
  });

  test("strip takes the turn out and nothing else", () => {
    const seen = ask({ surface, prefill: { mode: "strip" } });
    expect(seen.sent?.messages).toEqual([QUESTION]);
    expect([seen.status, seen.word]).toEqual([200, "stripped"]);
    expect(seen.counted).toEqual({ "strip/text/anthropic": 1 });
  });

  test("reject answers in the words of the upstream that has the rule", () => {
    const seen = ask({ surface, prefill: { mode: "reject" } });
    expect([seen.status, seen.sent, seen.word]).toEqual([400, undefined, "rejected"]);
    expect(seen.counted).toEqual({ "reject/text/anthropic": 1 });
    const own = { type: "invalid_request_error", message: MESSAGE };
    if (surface === "native") expect(seen.reply).toMatchObject({ type: "error", error: own });
    else {
      const code = "assistant_prefill_not_supported";
      expect(seen.reply).toEqual({ error: { ...own, param: PARAMS[surface], code } });
    }
  });

  test("when: always is for all models, never for none", () => {
    const always = ask({ surface, model: TAKING, prefill: { mode: "strip", when: "always" } });
    expect(always.sent?.messages).toEqual([QUESTION]);
    const never = ask({ surface, prefill: { mode: "strip", when: "never" } });
    expect(never.sent?.messages.length).toBe(2);
  });

  test("models replace the model table", () => {
    const prefill = { mode: "strip", models: ["*sonnet-4-5*"] };
    expect(ask({ surface, model: TAKING, prefill }).sent?.messages).toEqual([QUESTION]);
    expect(ask({ surface, prefill }).word).toBeUndefined();
  });

  test("a request that ends with the user is not touched", () => {
    const seen = ask({
      surface,
      messages: [QUESTION],
      prefill: { mode: "reject", when: "always" },
    });
    expect([seen.status, seen.word, seen.counted]).toEqual([200, undefined, {}]);
  });

  test("several assistant messages at the end are one turn", () => {
    const messages = [...ending("The capital"), { role: "assistant", content: " of France" }];
    const seen = ask({ surface, messages, prefill: { mode: "strip" } });
    expect(seen.sent?.messages).toEqual([QUESTION]);
    expect(seen.counted).toEqual({ "strip/text/anthropic": 1 });
  });
});

describe("passthrough", () => {
  test("OpenAI clients' white space at the end goes, whatever the policy", () => {
    for (const prefill of [{}, { mode: "strip" }]) {
      const seen = ask({ model: TAKING, prefill });
      expect(seen.sent?.messages.at(-1)?.content).toBe(PREFILL.trimEnd());
    }
  });

  test("a native body that was changed before keeps its change", () => {
    const settings = { models: { aliases: { ours: REFUSING } } };
    const prefill = { mode: "strip" };
    const seen = ask({ surface: "native", model: "ours", prefill, settings });
    expect(seen.sent).toMatchObject({ model: REFUSING, messages: [QUESTION] });
  });

  test("native bodies keep every byte", () => {
    const seen = ask({ surface: "native", model: TAKING, prefill: { mode: "strip" } });
    expect(seen.bytes).toBe(JSON.stringify({ model: TAKING, max_tokens: 256, messages: ending() }));
  });
});

describe("kinds", () => {
  const strip = { mode: "strip" };

  test.each([
    ["text", "Sure"],
    ["json", ' {"a":'],
    ["json", "["],
    ["json", "```json\n{"],
    ["text", "```python\n"],
    ["thinking", [thinking, { type: "text", text: "a" }]],
    ["other", [{ type: "some_future_block" }, { type: "text", text: "a" }]],
  ])("%s: %j", (kind, content) => {
    const seen = ask({ surface: "native", messages: ending(content), prefill: strip });
    expect(seen.counted).toEqual({ [`strip/${kind}/anthropic`]: 1 });
    expect(seen.sent?.messages).toEqual([QUESTION]);
  });

  test.each([[""], ["  \n"], [[]], [[{ type: "text", text: " " }]], [[thinking]]])(
    "empty: %j is dropped where something is done at all",
    (content) => {
      const messages = ending(content);
      const seen = ask({ surface: "native", messages, prefill: strip });
      expect(seen.counted).toEqual({ "drop_empty/empty/anthropic": 1 });
      expect([seen.sent?.messages, seen.word]).toEqual([[QUESTION], "empty-dropped"]);
      const kept = ask({ surface: "native", messages });
      expect(kept.counted).toEqual({ "passthrough/empty/anthropic": 1 });
      expect(kept.sent?.messages).toEqual(messages);
    },
  );

  test.each(["", " "])("empty: OpenAI clients' %j is always dropped, and counted", (content) => {
    const seen = ask({ messages: ending(content) });
    expect(seen.counted).toEqual({ "drop_empty/empty/anthropic": 1 });
    expect(seen.sent?.messages).toEqual([QUESTION]);
  });

  test.each([
    [[search]],
    [[search, found]],
    [[search, found, { type: "text", text: "a" }, search]],
    [[{ type: "compaction", content: "a" }]],
    [
      [
        { type: "text", text: "a" },
        { type: "container_upload", file_id: "file_1" },
      ],
    ],
  ])("continuation: %j is never touched", (content) => {
    const messages = ending(content);
    for (const mode of ["strip", "reject"]) {
      const seen = ask({ surface: "native", messages, prefill: { mode, when: "always" } });
      expect(seen.sent?.messages).toEqual(messages);
      expect(seen.counted).toEqual({ "continuation/continuation/anthropic": 1 });
    }
  });

  test("continuation: a search that has its result may be followed by a prefill", () => {
    const messages = ending([search, found, { type: "text", text: "So" }]);
    const seen = ask({ surface: "native", messages, prefill: strip });
    expect(seen.sent?.messages).toEqual([QUESTION]);
  });

  test("continuation: a retry with a credit is none of ours", () => {
    const body = { fallback_credit_token: { token: "a" } };
    const seen = ask({ surface: "native", body, prefill: { mode: "reject" } });
    expect(seen.counted).toEqual({ "continuation/continuation/anthropic": 1 });
  });

  test.each(["chat", "native"] as const)("tool_use, %s: only on_tool_use is for it", (surface) => {
    const native = [QUESTION, { role: "assistant", content: [call] }];
    const tool = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
    const chat = [QUESTION, { role: "assistant", content: null, tool_calls: [tool] }];
    const messages = surface === "chat" ? chat : native;
    const kept = ask({ surface, messages, prefill: { mode: "strip" } });
    expect(kept.counted).toEqual({ "passthrough/tool_use/anthropic": 1 });
    expect(kept.sent?.messages.length).toBe(2);
    const seen = ask({ surface, messages, prefill: { on_tool_use: "reject" } });
    expect(seen.counted).toEqual({ "reject/tool_use/anthropic": 1 });
    expect(seen.status).toBe(400);
  });
});

describe("strip", () => {
  test("nothing left and on_empty: reject is a 400", () => {
    const messages = [{ role: "assistant", content: "Once" }];
    const prefill = { mode: "strip", on_empty: "reject" };
    const seen = ask({ surface: "native", messages, prefill });
    expect(seen.status).toBe(400);
    expect(seen.reply).toMatchObject({
      error: {
        message: "messages: at least one message is required after removing the assistant prefill",
      },
    });
    expect(seen.counted).toEqual({ "reject/text/anthropic": 1 });
  });

  test("earlier assistant turns stay, and so does every other byte", () => {
    const before =
      '{"messages" :[ {"role":"assistant","content":"a"} , {"content":"\\u0062","role":"user"}';
    const rest = '] ,"max_tokens":1,"model":"claude-opus-4-7" } ';
    const body = `${before},\n{"role":"assistant","content":"c"}${rest}`;
    const seen = ask({ surface: "native", prefill: { mode: "strip" }, raw: body });
    expect(seen.bytes).toBe(before + rest);
  });
});

describe("rules", () => {
  const stripBy = (match: object) => ({ rules: [{ match, mode: "strip" }] });

  test.each([
    ["models", { models: ["claude-opus-4-7"] }, { models: ["claude-opus-4-8"] }],
    ["endpoints", { endpoints: ["chat_completions"] }, { endpoints: ["messages", "responses"] }],
    ["kinds", { kinds: ["json", "text"] }, { kinds: ["json", "empty", "thinking", "other"] }],
    ["min_bytes", { min_bytes: 25 }, { min_bytes: 26 }],
    ["max_bytes", { max_bytes: 25 }, { max_bytes: 24 }],
    ["has_stop_sequences", { has_stop_sequences: true }, { has_stop_sequences: false }],
    ["has_tools", { has_tools: false }, { has_tools: true }],
  ])("%s", (_name, hit, miss) => {
    const body = { stop: ["x"] };
    expect(ask({ body, prefill: stripBy(hit) }).word).toBe("stripped");
    expect(ask({ body, prefill: stripBy(miss) }).word).toBe("passthrough");
  });

  test("the first that matches wins over the mode, and `when` is above all", () => {
    const rules = [
      { match: { kinds: ["json"] }, mode: "passthrough" },
      { match: { kinds: ["text"] }, mode: "reject" },
      { match: { min_bytes: 1 }, mode: "strip" },
    ];
    expect(ask({ prefill: { mode: "strip", rules } }).word).toBe("rejected");
    expect(ask({ prefill: { mode: "strip", rules }, messages: ending("{") }).word).toBe(
      "passthrough",
    );
    expect(ask({ prefill: { rules }, model: TAKING }).word).toBeUndefined();
    expect(ask({ prefill: { when: "never", rules } }).word).toBe("passthrough");
  });

  test("observability.response_headers: none says nothing", () => {
    const settings = { observability: { response_headers: "none" } };
    expect(ask({ settings, prefill: { mode: "strip" } }).word).toBeUndefined();
    expect(ask({ settings, prefill: { mode: "reject" } }).word).toBeUndefined();
  });

  test("one turn is one event, though its last message is empty", () => {
    const messages = [...ending("x"), { role: "assistant", content: "" }];
    for (const surface of ["chat", "native", "responses"] as const) {
      const seen = ask({ surface, messages, prefill: { mode: "strip" } });
      expect(seen.counted).toEqual({ "strip/text/anthropic": 1 });
      expect(seen.sent?.messages).toEqual([QUESTION]);
    }
  });

  test("one turn is one event", () => {
    expect(ask({ model: REFUSING, prefill: { mode: "strip" } }).counted).toEqual({
      "strip/text/anthropic": 1,
    });
  });
});
