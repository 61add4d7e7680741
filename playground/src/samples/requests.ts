/** Requests to begin with: for each API what is usual, and what is instructive. */
import type { State, Surface } from "../state/state.ts";
import { ANSWERS, pretty, type Answer } from "./answers.ts";
import { PRESETS, type Preset } from "./configs.ts";

export interface Sample {
  title: string;
  request: unknown;
  /** Names a preset and an answer. */
  config?: string;
  answer: string;
}

export const PATHS: Readonly<Record<Surface, string>> = {
  chat: "/v1/chat/completions",
  responses: "/v1/responses",
  messages: "/v1/messages",
  completions: "/v1/completions",
};

export const TITLES: Readonly<Record<Surface, string>> = {
  chat: "Chat",
  responses: "Responses",
  messages: "Messages",
  completions: "Completions",
};

const OPENAI_HEADERS =
  "content-type: application/json\nauthorization: Bearer sk-demo\nx-stainless-lang: js\n";
const ANTHROPIC_HEADERS =
  "content-type: application/json\nx-api-key: sk-demo\nanthropic-version: 2023-06-01\n";

const MODEL = "claude-sonnet-4-5";
const QUESTION = "What is the weather in Oslo, and what should I do there?";
const CITY = {
  type: "object",
  properties: { city: { type: "string", minLength: 1 } },
  required: ["city"],
  additionalProperties: false,
};
const MOOD = {
  type: "object",
  properties: { mood: { type: "string" }, degrees: { type: "integer", minimum: -60, maximum: 60 } },
  required: ["mood", "degrees"],
};
const FUNCTION = {
  name: "get_weather",
  description: "Current weather of a city",
  parameters: CITY,
};

const CHAT: readonly Sample[] = [
  {
    title: "Tools, streamed",
    answer: "tools",
    request: {
      model: MODEL,
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 1024,
      temperature: 1.3,
      stop: ["END"],
      seed: 7,
      user: "u-1001",
      messages: [
        { role: "system", content: "You are brief." },
        { role: "user", content: QUESTION },
      ],
      tools: [{ type: "function", function: { ...FUNCTION, strict: true } }],
      tool_choice: "auto",
      parallel_tool_calls: false,
    },
  },
  {
    title: "Hello, whole",
    answer: "whole",
    request: { model: MODEL, messages: [{ role: "user", content: "Hello" }] },
  },
  {
    title: "Tool results come back",
    answer: "whole",
    request: {
      model: MODEL,
      messages: [
        { role: "user", content: QUESTION },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            {
              id: "toolu_01",
              type: "function",
              function: { name: "get_weather", arguments: '{"city":"Oslo"}' },
            },
          ],
        },
        { role: "tool", tool_call_id: "toolu_01", content: "4 °C, rain" },
      ],
      tools: [{ type: "function", function: FUNCTION }],
    },
  },
  {
    title: "Structured output",
    answer: "whole",
    request: {
      model: MODEL,
      messages: [{ role: "user", content: "How does Oslo feel today? 4 °C, rain." }],
      response_format: {
        type: "json_schema",
        json_schema: { name: "mood", strict: true, schema: MOOD },
      },
    },
  },
  {
    title: "Reasoning, streamed",
    answer: "thinking",
    request: {
      model: MODEL,
      stream: true,
      reasoning_effort: "medium",
      max_completion_tokens: 16000,
      messages: [{ role: "user", content: QUESTION }],
    },
  },
  {
    title: "An image",
    answer: "whole",
    request: {
      model: MODEL,
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            {
              type: "image_url",
              image_url: { url: "https://example.com/cat.png", detail: "high" },
            },
          ],
        },
      ],
    },
  },
  {
    title: "An assistant prefill",
    config: "prefill",
    answer: "echo",
    request: {
      model: "claude-opus-4-6",
      stream: true,
      messages: [
        { role: "user", content: "Oslo: 4 °C, rain. Answer in JSON with mood and degrees." },
        { role: "assistant", content: '{"mood":' },
      ],
    },
  },
  {
    title: "Refused: audio",
    answer: "whole",
    request: {
      model: MODEL,
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Transcribe this." },
            { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
          ],
        },
      ],
    },
  },
];

const RESPONSES: readonly Sample[] = [
  {
    title: "Text, streamed",
    answer: "stream",
    request: {
      model: MODEL,
      stream: true,
      instructions: "You are brief.",
      input: QUESTION,
      max_output_tokens: 1024,
    },
  },
  {
    title: "A function call comes back",
    answer: "whole",
    request: {
      model: MODEL,
      store: false,
      input: [
        { role: "user", content: QUESTION },
        {
          type: "function_call",
          call_id: "toolu_01",
          name: "get_weather",
          arguments: '{"city":"Oslo"}',
        },
        { type: "function_call_output", call_id: "toolu_01", output: "4 °C, rain" },
      ],
      tools: [{ type: "function", ...FUNCTION, strict: true }],
    },
  },
  {
    title: "Reasoning, streamed",
    answer: "thinking",
    request: {
      model: MODEL,
      stream: true,
      reasoning: { effort: "medium", summary: "auto" },
      include: ["reasoning.encrypted_content"],
      input: QUESTION,
    },
  },
];

const MESSAGES: readonly Sample[] = [
  {
    title: "To Anthropic: byte for byte",
    answer: "stream",
    request: {
      model: MODEL,
      max_tokens: 1024,
      stream: true,
      messages: [{ role: "user", content: QUESTION }],
    },
  },
  {
    title: "To Bedrock: another form, binary events",
    config: "bedrock",
    answer: "stream",
    request: {
      model: "claude-sonnet-4-5-20250929-v1:0",
      max_tokens: 1024,
      stream: true,
      messages: [{ role: "user", content: QUESTION }],
    },
  },
  {
    title: "To Vertex: the model in the path",
    config: "vertex",
    answer: "whole",
    request: {
      model: "claude-sonnet-4-5@20250929",
      max_tokens: 1024,
      messages: [{ role: "user", content: QUESTION }],
    },
  },
];

const COMPLETIONS: readonly Sample[] = [
  {
    title: "A prompt, streamed",
    answer: "stream",
    request: {
      model: MODEL,
      stream: true,
      max_tokens: 256,
      prompt: QUESTION,
      logprobs: 5,
      stop: ["\n\n"],
    },
  },
  {
    title: "A prompt with turns",
    answer: "whole",
    request: {
      model: MODEL,
      max_tokens: 256,
      prompt: `\n\nHuman: ${QUESTION}\n\nAssistant: I would`,
    },
  },
];

export const SAMPLES: Readonly<Record<Surface, readonly Sample[]>> = {
  chat: CHAT,
  responses: RESPONSES,
  messages: MESSAGES,
  completions: COMPLETIONS,
};

/** The state of a sample; one without a configuration of its own keeps `config`. */
export function stateOf(surface: Surface, number: number, config: string): State {
  const sample = SAMPLES[surface][number] ?? (SAMPLES[surface][0] as Sample);
  const answer = ANSWERS[sample.answer] as Answer;
  return {
    surface,
    path: PATHS[surface],
    headers: surface === "messages" ? ANTHROPIC_HEADERS : OPENAI_HEADERS,
    request: pretty(sample.request),
    config: PRESETS[sample.config ?? ""]?.text ?? config,
    answer: answer.text,
    status: answer.status,
    piece: "event",
    speed: "4",
  };
}

/** What the page shows first. */
export function firstState(): State {
  return stateOf("chat", 0, (PRESETS.anthropic as Preset).text);
}
