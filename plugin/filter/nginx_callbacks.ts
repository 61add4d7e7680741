/**
 * The callbacks as nginx makes them (abi/nginx.ts): a request's body comes whole or not at all, nothing can be held, the end of an answer is
 * no flag of its headers, and every answer must be 0. The phases below see what they would see on a host that holds bodies.
 */
import {
  askReady,
  closeExchange,
  enter,
  leave,
  NginxExchange,
  openExchange,
  promise,
  Step,
  withdraw,
} from "../abi/nginx";
import { closePiece, handedOver, handReply, openPiece, openRequest } from "../abi/nginx_body";
import {
  answerHasBody,
  requestHasBody,
  settleAnswerHead,
  settleRequestHead,
} from "../abi/nginx_head";
import { dropScratch } from "../abi/memory";
import { Action } from "../abi/numbers";
import * as L from "../bytes/literals";
import { Dialect, foundDialect } from "../translate/surface";
import { closeStream } from "./close";
import { addStream, dropStream, findRoot, findStream } from "./registry";
import { classify } from "./operation";
import { settleOutcome } from "./outcome";
import { refuseUnknown, refuseWith, replyError } from "./reply";
import { readRequestHeaders } from "./request_headers";
import { onRequestBody, onRequestHeaders, takesBody } from "./request_phase";
import { onResponseBody, onResponseHeaders, takesAnswer } from "./response_phase";
import { Phase, StreamState } from "./stream";

/** A stream of a root context. */
export function nginxCreate(id: u32, parent: u32): void {
  if (enter(null)) {
    const root = findRoot(parent);
    if (root != null) addStream(id, root);
    const stream = findStream(id);
    if (stream != null) stream.nginx = openExchange();
  }
  leave();
}

/** Headers of a request; whether a body comes is read off them. */
export function nginxRequestHeaders(id: u32): void {
  const stream = findStream(id);
  const exchange = exchangeOf(stream);
  if (!enter(exchange)) refuseFailed();
  else if (stream == null || exchange == null) refuseUnknown();
  else beginRequest(stream, exchange);
  finish();
}

function beginRequest(stream: StreamState, exchange: NginxExchange): void {
  askReady(exchange);
  const hasBody = requestHasBody();
  onRequestHeaders(stream, !hasBody);
  const isOurs = stream.phase == Phase.Waiting || stream.phase == Phase.Sent;
  if (isOurs && !exchange.ready && stream.dialect == Dialect.OpenAi) {
    replyError(stream, 500, L.CODE_CONFIGURATION, L.TEXT_NO_COMPANION, 0);
    return;
  }
  settleRequestHead(exchange, isOurs, hasBody && takesBody(stream));
}

/** The whole body of a request. */
export function nginxRequestBody(id: u32, size: u32): void {
  const stream = findStream(id);
  const exchange = exchangeOf(stream);
  if (!enter(exchange)) refuseFailed();
  else if (stream != null && exchange != null) {
    openRequest();
    onRequestBody(stream, size, true);
    // What goes upstream as it came is no longer to be replaced, what is none of ours no longer to be looked at.
    if (stream.phase == Phase.Pass) withdraw(exchange);
    else if (stream.phase == Phase.Sent && !handedOver()) promise(exchange, L.MODE_ANSWER);
  }
  finish();
}

/** Headers of an answer. */
export function nginxResponseHeaders(id: u32): void {
  const stream = findStream(id);
  const exchange = exchangeOf(stream);
  if (enter(exchange) && stream != null && exchange != null) {
    exchange.step = Step.AnswerHead;
    if (stream.phase != Phase.Replied) {
      onResponseHeaders(stream, !answerHasBody());
      settleAnswerHead(exchange, takesAnswer(stream));
    }
    // No later callback may come, and none can write what access logs read.
    if (!takesAnswer(stream)) settleOutcome(stream);
  }
  finish();
}

/** A piece of an answer, or its end. After a trap nothing is handed over, and the companion ends the answer. */
export function nginxResponseBody(id: u32, size: u32, end: bool): void {
  const stream = findStream(id);
  const exchange = exchangeOf(stream);
  if (enter(exchange) && stream != null && exchange != null) {
    exchange.step = Step.AnswerBody;
    if (exchange.replies) handReply(exchange);
    else {
      const action = onResponseBody(stream, openPiece(exchange, size), end);
      closePiece(exchange, action == Action.Pause);
      if (end) settleOutcome(stream);
    }
  }
  finish();
}

/** Frees a stream; after a trap its memory is left alone. */
export function nginxDelete(stream: StreamState): void {
  if (enter(null)) {
    const exchange = stream.nginx;
    if (exchange != null) closeExchange(exchange);
    stream.nginx = null;
    closeStream(stream);
    dropStream(stream);
  }
  leave();
}

function exchangeOf(stream: StreamState | null): NginxExchange | null {
  return stream == null ? null : stream.nginx;
}

function finish(): void {
  dropScratch();
  leave();
}

/** An earlier callback trapped: says so, in the client's dialect. */
function refuseFailed(): void {
  const headers = readRequestHeaders();
  let dialect = Dialect.OpenAi;
  if (headers != null) {
    classify(headers);
    dialect = foundDialect;
  }
  refuseWith(dialect, L.CODE_CONFIGURATION, L.TEXT_FAILED);
}
