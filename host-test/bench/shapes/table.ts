// The traffic shapes: what a client asks and an upstream answers, at any size, and what the cost is counted by.

import {
  CLIENT_PATH,
  clientHeaders,
  smallRequest,
  upstreamHeaders,
  upstreamMessage,
} from "../inputs.ts";
import type { HeaderList } from "../../host/index.ts";
import * as answers from "./answers.ts";
import * as requests from "./requests.ts";

/** What a shape has much of: the figure that its time is divided by. */
export type Unit = "byte" | "event";

/** One exchange of a shape at some size. */
export interface Traffic {
  requestHeaders: HeaderList;
  /** The client's body in the pieces in which it comes in. */
  request: Uint8Array[];
  responseHeaders: HeaderList;
  response: Uint8Array[];
  /** How much there is of the shape's unit. */
  amount: number;
  /** Bytes of the body that the memory is compared with; null where that says nothing. */
  body: number | null;
  /** What the upstream must have received, and the client. */
  reachesUpstream: string;
  reachesClient: string;
}

/** A shape, described at `full` size. */
export interface TrafficShape {
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  /** Settings of the profile, over those of config.core.json. */
  readonly settings: object;
  /** Most linear memory as a multiple of the body that is looked at; null where nothing is promised. */
  readonly memoryLimit: 3 | 4 | null;
  /** Whether there is more than one size of it. */
  readonly grows: boolean;
  /** Builds the exchange; `scale` 1 is the size of the title. */
  readonly at: (scale: number) => Traffic;
}

const MB = 1_000_000;
const EVENTS = 10_000;
const ALIAS = { models: { aliases: { "claude-sonnet-4-5": "claude-opus-4-1" } } };
const REFRAME = {
  prefill: { mode: "reframe", when: "always", reframe: { max_bytes: 1 << 20, response: "dedupe" } },
};

type Surface = "chat" | "responses" | "native";

const PATHS: Record<Surface, string> = {
  chat: CLIENT_PATH,
  responses: "/v1/responses",
  native: "/v1/messages",
};

/** Every shape, in the order of the tables. */
export const SHAPES: readonly TrafficShape[] = [
  {
    ...asked("small", "small chat, 0.8 KB", () => requests.toBody(smallRequest())),
    memoryLimit: null,
    grows: false,
  },
  asked("history", "agent's history, 221 KB, 30 tools", (scale) =>
    requests.toBody(requests.history(60 * scale)),
  ),
  asked("long-history", "agent's history, 4 MB, 30 tools", (scale) =>
    requests.toBody(requests.history(1380 * scale)),
  ),
  asked("tools-30", "30 tools", (scale) => requests.toBody(requests.withTools(30 * scale))),
  asked("tools-300", "300 tools", (scale) => requests.toBody(requests.withTools(300 * scale))),
  asked("images", "five images, 20 MB of base64", (scale) =>
    requests.toBody(requests.withImages(20 * MB * scale)),
  ),
  asked("pretty", "pretty-printed history, 1 MB", (scale) =>
    requests.toBody(requests.history(330 * scale), true),
  ),
  asked("escapes", "text that is half escapes, 1 MB", (scale) =>
    requests.toBody(requests.withText('a"b\\c\nd\t', (MB * scale) / 1.5)),
  ),
  asked("cjk", "Chinese text in UTF-8, 1 MB", (scale) =>
    requests.toBody(requests.withText("漢字仮名交じり文。", MB * scale)),
  ),
  asked("ascii", "Chinese text in \\u escapes, 1 MB", (scale) =>
    requests.toAsciiBody(requests.withText("漢字仮名交じり文。", (MB * scale) / 2)),
  ),
  asked(
    "responses-history",
    "Responses: agent's history, 1 MB",
    (scale) => requests.toBody(requests.responsesHistory(330 * scale)),
    "responses",
  ),
  asked(
    "native-request",
    "native: history as it is, 1 MB",
    (scale) => requests.toBody(requests.nativeHistory(330 * scale)),
    "native",
  ),
  asked(
    "native-edited",
    "native: history with another model, 1 MB",
    (scale) => requests.toBody(requests.nativeHistory(330 * scale)),
    "native",
    ALIAS,
  ),
  answered("whole-text", "whole answer, text of 4 MB", (scale) =>
    answers.wholeText(4 * MB * scale),
  ),
  answered("whole-call", "whole answer, call of 4 MB", (scale) =>
    answers.wholeCall(4 * MB * scale),
  ),
  streamed("deltas", "10,000 text deltas", answers.textEvents),
  {
    ...streamed("one-delta", "one text delta of 1 MB", () => []),
    unit: "byte",
    at: (scale) => {
      const text = answers.prose(Math.round(MB * scale));
      const traffic = streamOf("chat", answers.serverSent(answers.textsAsEvents([text])));
      return { ...traffic, amount: text.length, body: text.length };
    },
  },
  streamed("call", "10,000 deltas of a call's arguments", answers.callEvents, {
    end: "}",
  }),
  streamed("thinking", "10,000 deltas of thinking", answers.thinkingEvents),
  streamed("responses-stream", "Responses: 10,000 text deltas", answers.textEvents, {
    surface: "responses",
  }),
  streamed("bedrock", "Bedrock's binary stream, 10,000 text deltas", answers.textEvents, {
    settings: { provider: { type: "bedrock", region: "us-east-1" } },
    binary: true,
  }),
  streamed("native-stream", "native: 10,000 text deltas as they are", answers.textEvents, {
    surface: "native",
  }),
  streamed("native-renamed", "native: the same, the model's name put back", answers.textEvents, {
    surface: "native",
    settings: ALIAS,
  }),
  {
    ...streamed("dedupe", "10,000 text deltas that repeat a prefill first", answers.textEvents, {
      settings: REFRAME,
    }),
    at: repeatedPrefill,
  },
];

/** A shape whose request is large. */
function asked(
  name: string,
  title: string,
  body: (scale: number) => Uint8Array,
  surface: Surface = "chat",
  settings: object = {},
): TrafficShape {
  const at = (scale: number): Traffic => {
    const bytes = body(scale);
    return {
      ...requestOf(surface, bytes),
      responseHeaders: answerHeaders("application/json"),
      response: [upstreamMessage()],
      amount: bytes.length,
      body: bytes.length,
      reachesUpstream: name === "small" ? "geography" : requests.LAST_WORDS,
      reachesClient: "at the old bridge.",
    };
  };
  return { name, title, unit: "byte", settings, memoryLimit: 3, grows: true, at };
}

/** A shape whose whole answer is large. */
function answered(name: string, title: string, body: (scale: number) => Uint8Array): TrafficShape {
  const at = (scale: number): Traffic => {
    const bytes = body(scale);
    return {
      ...requestOf("chat", requests.toBody(smallRequest())),
      responseHeaders: answerHeaders("application/json"),
      response: answers.cut(bytes),
      amount: bytes.length,
      body: bytes.length,
      reachesUpstream: "geography",
      reachesClient: answers.THE_END,
    };
  };
  return { name, title, unit: "byte", settings: {}, memoryLimit: 4, grows: true, at };
}

interface StreamKind {
  surface?: Surface;
  settings?: object;
  binary?: boolean;
  /** what the client's last words are, when not those of the answer */
  end?: string;
}

/** A shape whose stream has many events. */
function streamed(
  name: string,
  title: string,
  events: (count: number) => ReturnType<typeof answers.textEvents>,
  { surface = "chat", settings = {}, binary = false, end = answers.THE_END }: StreamKind = {},
): TrafficShape {
  const at = (scale: number): Traffic => {
    const made = events(Math.round(EVENTS * scale));
    const pieces = binary ? answers.binary(made) : answers.serverSent(made);
    const type = binary ? "application/vnd.amazon.eventstream" : "text/event-stream";
    const body = surface === "responses" ? sizeOf(pieces) : null;
    return { ...streamOf(surface, pieces, type), amount: made.length, body, reachesClient: end };
  };
  return { name, title, unit: "event", settings, memoryLimit: null, grows: true, at };
}

/** The answer begins with the prefill once more, word by word, and goes on as long again. */
function repeatedPrefill(scale: number): Traffic {
  const half = Array.from({ length: Math.round((EVENTS * scale) / 2) }, (_, i) => answers.word(i));
  const prefill = `Well:${half.join("")}.`;
  const made = answers.textsAsEvents(["Well:", ...half, ".", ...half, answers.THE_END]);
  const request = requestOf("chat", requests.toBody(requests.withPrefill(prefill)));
  return { ...streamOf("chat", answers.serverSent(made)), ...request, amount: made.length };
}

function requestOf(
  surface: Surface,
  body: Uint8Array,
): Pick<Traffic, "requestHeaders" | "request"> {
  const requestHeaders: HeaderList = [
    [":authority", "127.0.0.1"],
    [":path", PATHS[surface]],
    [":method", "POST"],
    [":scheme", "http"],
    ...Object.entries(clientHeaders()),
    ["content-length", String(body.length)],
  ];
  return { requestHeaders, request: answers.cut(body) };
}

function streamOf(surface: Surface, response: Uint8Array[], type = "text/event-stream"): Traffic {
  const request = surface === "responses" ? requests.responsesQuestion() : requests.streamed();
  return {
    ...requestOf(surface, requests.toBody(request)),
    responseHeaders: answerHeaders(type),
    response,
    amount: 0,
    body: null,
    reachesUpstream: requests.LAST_WORDS,
    reachesClient: answers.THE_END,
  };
}

/** Returns how many bytes the pieces of a body have together. */
export function sizeOf(pieces: Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

function answerHeaders(type: string): HeaderList {
  const headers = { ...upstreamHeaders("json"), "content-type": type };
  return [[":status", "200"], ...Object.entries(headers)];
}
