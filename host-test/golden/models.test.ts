/**
 * What each model family gets of the same request: the default and the ceiling of max_tokens, sampling parameters, a forced
 * choice, a system message in the middle. Decided by docs/chat.md ("max_tokens", "temperature, top_p, top_k") and docs/models.md.
 */
import { describe, expect, test } from "vitest";
import { answer, Filter, REPLY } from "../support/filter.ts";

type Sampling = "both" | "one" | "none";

interface Row {
  model: string;
  max: number;
  sampling: Sampling;
  forced?: false;
  middle?: true;
}

const ROWS: Row[] = [
  { model: "claude-3-haiku-20240307", max: 4096, sampling: "both" },
  { model: "claude-3-opus-latest", max: 4096, sampling: "both" },
  { model: "claude-3-5-sonnet-20241022", max: 8192, sampling: "both" },
  { model: "claude-3-5-haiku", max: 8192, sampling: "both" },
  { model: "claude-3-7-sonnet", max: 64000, sampling: "both" },
  { model: "claude-opus-4-20250514", max: 32000, sampling: "both" },
  { model: "claude-sonnet-4-20250514", max: 64000, sampling: "both" },
  { model: "claude-opus-4-1", max: 32000, sampling: "one" },
  { model: "claude-haiku-4-5", max: 64000, sampling: "one" },
  { model: "claude-sonnet-4-5", max: 64000, sampling: "one" },
  { model: "claude-opus-4-5", max: 64000, sampling: "one" },
  { model: "claude-sonnet-4-6", max: 128000, sampling: "one" },
  { model: "claude-opus-4-6", max: 128000, sampling: "one" },
  { model: "claude-opus-4-7", max: 128000, sampling: "none" },
  { model: "claude-opus-4-8", max: 128000, sampling: "none", middle: true },
  { model: "claude-sonnet-5", max: 128000, sampling: "none", middle: true },
  { model: "claude-opus-5", max: 128000, sampling: "none", middle: true },
  { model: "claude-haiku-5-5", max: 128000, sampling: "none", middle: true },
  { model: "claude-sonnet-5-5", max: 128000, sampling: "none", forced: false, middle: true },
  { model: "claude-opus-5-5", max: 128000, sampling: "none", forced: false, middle: true },
  { model: "claude-fable-5", max: 128000, sampling: "none", middle: true },
  { model: "claude-fable-5-1", max: 128000, sampling: "none", forced: false, middle: true },
  { model: "claude-mythos-preview", max: 128000, sampling: "none" },
];
/** Names that the table guesses about: a client's number is never lowered by a guess. */
const GUESSED: Row[] = [
  { model: "claude-nova-9", max: 64000, sampling: "none", middle: true },
  { model: "my-deployment", max: 4096, sampling: "both" },
];
/** Older models answer 400 when input and max_tokens exceed their window. */
const OLDER = ["claude-3-7-sonnet", "claude-sonnet-4", "claude-opus-4-1"];
const LARGE = 300_000;

interface Sent {
  max_tokens: number;
  temperature?: number;
  top_p?: number;
  tool_choice?: { type: string };
  system?: unknown;
}

const filter = Filter.load();

function send(members: Record<string, unknown>): Sent {
  const messages = [{ role: "user", content: "Hello" }];
  return filter.chat({ messages, ...members }, answer(REPLY)).upstream.json() as Sent;
}

/** Length of the JSON text around `padding` bytes of content. */
function sized(model: string, bytes: number): Record<string, unknown> {
  const around = JSON.stringify({ messages: [{ role: "user", content: "" }], model }).length;
  return { messages: [{ role: "user", content: "x".repeat(bytes - around) }], model };
}

describe.each([...ROWS, ...GUESSED])("$model", ({ model, max, sampling, forced, middle }) => {
  test("without a number the model's maximum is sent", () => {
    expect(send({ model }).max_tokens).toBe(max);
  });

  test("sampling parameters are sent as far as the model takes them", () => {
    const { temperature, top_p } = send({ model, temperature: 0.5, top_p: 0.5 });
    expect(temperature).toBe(sampling === "none" ? undefined : 0.5);
    expect(top_p).toBe(sampling === "both" ? 0.5 : undefined);
  });

  test("a forced choice is sent where the model can be forced", () => {
    const tools = [{ type: "function", function: { name: "f" } }];
    const type = forced === false ? "auto" : "any";
    expect(send({ model, tools, tool_choice: "required" }).tool_choice).toEqual({ type });
  });

  test("a system message in the middle stays where the model takes it", () => {
    const messages = [
      { role: "user", content: "Hello" },
      { role: "system", content: "Now." },
    ];
    expect(send({ model, messages }).system).toBe(middle === true ? undefined : "Now.");
  });
});

test.each(ROWS)(
  "$model: a number at its maximum is sent, one above is lowered",
  ({ model, max }) => {
    expect(send({ model, max_tokens: max }).max_tokens).toBe(max);
    expect(send({ model, max_tokens: max + 1 }).max_tokens).toBe(max);
  },
);

test.each(GUESSED)("$model: a number is sent as it is", ({ model, max }) => {
  expect(send({ model, max_tokens: max + 1 }).max_tokens).toBe(max + 1);
});

test.each(OLDER)("%s: a large body leaves room for itself", (model) => {
  expect(send(sized(model, LARGE)).max_tokens).toBeGreaterThan(8192);
  expect(send(sized(model, LARGE + 1)).max_tokens).toBe(8192);
});

test("models from 4.5 on end at their window by themselves", () => {
  expect(send(sized("claude-sonnet-4-5", LARGE + 1)).max_tokens).toBe(64000);
});
