/** Drives a whole exchange through the model, with chosen cuts and a chosen shape of the end. */
import { cutBytes, type Cut } from "./cuts.ts";
import { UsageError } from "./errors.ts";
import type { WasmHost } from "./host.ts";
import { utf8 } from "./octets.ts";
import type { HeaderList } from "./pairs.ts";
import type { RootContext } from "./root.ts";
import type { SeenMessage } from "./seen_message.ts";
import type { HttpStream } from "./stream.ts";
import type { StreamOptions } from "./stream_context.ts";

/** One message of the client or of the upstream. */
export interface MessageInput {
  headers: HeaderList;
  /** Absent: the message has headers only. Empty: a body of no bytes, as from an empty chunked message. */
  body?: Uint8Array | string;
  /** Default `whole`. */
  cut?: Cut;
  /** `separate` (default): the end comes by itself, as on HTTP/1; `joined`: with the last piece, as on HTTP/2. */
  eos?: "separate" | "joined";
  /** Sent after the body; there is no end flag then. */
  trailers?: HeaderList;
  /** The sender breaks off after the body instead of ending it. */
  thenReset?: boolean;
}

/** `reset`: the upstream breaks the connection before it answers. */
export type ResponseInput = MessageInput | "reset";

export interface ExchangeInput extends StreamOptions {
  request: MessageInput;
  /** Needed whenever the request reaches the upstream; a function sees what the upstream saw. */
  response?: ResponseInput | ((upstream: SeenMessage) => ResponseInput);
}

export interface ExchangeResult {
  stream: HttpStream;
  /** What the upstream received; without headers when the filter answered first. */
  upstream: SeenMessage;
  client: SeenMessage;
}

const EMPTY = new Uint8Array(0);

interface Sender {
  headers(headers: HeaderList, flag: { end: boolean }): void;
  body(bytes: Uint8Array, flag: { end: boolean }): void;
  trailers(trailers: HeaderList): void;
  reset(): void;
  /** Nobody listens any more. */
  stopped(): boolean;
}

/**
 * Runs one exchange to its end. The upstream's part is left out when the filter, or Envoy, answers first.
 * Throws HangError, ContentLengthError, TrapError and MisuseError as the steps do.
 */
export function exchange(host: WasmHost, root: RootContext, input: ExchangeInput): ExchangeResult {
  const stream = host.stream(root, input);
  sendMessage(clientOf(stream), input.request);
  if (!stream.ignoresUpstream) answer(stream, input);
  stream.finish();
  return { stream, upstream: stream.upstream, client: stream.client };
}

function answer(stream: HttpStream, input: ExchangeInput): void {
  // A request that never left has its own failure, which tells more than a missing answer.
  if (!stream.upstream.ended) return;
  const response =
    typeof input.response === "function" ? input.response(stream.upstream) : input.response;
  if (response === undefined)
    throw new UsageError("the request reached the upstream: a response is needed");
  if (response === "reset") stream.upstreamReset();
  else sendMessage(upstreamOf(stream), response);
}

function clientOf(stream: HttpStream): Sender {
  return {
    headers: (headers, flag) => stream.requestHeaders(headers, flag),
    body: (bytes, flag) => stream.requestBody(bytes, flag),
    trailers: (trailers) => stream.requestTrailers(trailers),
    reset: () => stream.clientReset(),
    stopped: () => stream.ignoresUpstream,
  };
}

function upstreamOf(stream: HttpStream): Sender {
  return {
    headers: (headers, flag) => stream.responseHeaders(headers, flag),
    body: (bytes, flag) => stream.responseBody(bytes, flag),
    trailers: (trailers) => stream.responseTrailers(trailers),
    reset: () => stream.upstreamReset(),
    stopped: () => stream.ignoresUpstream,
  };
}

function sendMessage(sender: Sender, message: MessageInput): void {
  const { body, trailers, thenReset = false } = message;
  const headersOnly = body === undefined && trailers === undefined && !thenReset;
  sender.headers(message.headers, { end: headersOnly });
  if (headersOnly) return;
  const pieces = cutBytes(toBytes(body), message.cut ?? "whole");
  const last = endsWithPiece(message) ? pieces.pop() : undefined;
  for (const piece of pieces) {
    if (sender.stopped()) return;
    sender.body(piece, { end: false });
  }
  if (!sender.stopped()) sendEnd(sender, message, last ?? EMPTY);
}

function endsWithPiece(message: MessageInput): boolean {
  return message.eos === "joined" && message.trailers === undefined && message.thenReset !== true;
}

function sendEnd(sender: Sender, message: MessageInput, last: Uint8Array): void {
  if (message.thenReset === true) sender.reset();
  else if (message.trailers !== undefined) sender.trailers(message.trailers);
  else sender.body(last, { end: true });
}

function toBytes(body: Uint8Array | string | undefined): Uint8Array {
  return typeof body === "string" ? utf8(body) : (body ?? EMPTY);
}
