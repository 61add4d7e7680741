// The scenarios: what goes wrong, for whom, and what every client then sees. docs/reliability.md shows this table.

import {
  attempts,
  beforeHead,
  byteByByte,
  finish,
  gzipped,
  halfAnEvent,
  midway,
  noiseOf,
  refuse,
  serveAtOnce,
  serveWhenHedged,
  silence,
  withTrailers,
  wrongly,
} from "./acts.ts";
import { announced, leave, pours, stalls } from "./client_acts.ts";
import { TIGHT } from "./lanes.ts";
import { all, both, type Row } from "./row.ts";
import { SURROUNDINGS } from "./rows_surroundings.ts";

const SERVED = all("served");
const GONE = all("gone");
const CUT_OFF = "cut off";
const LOST = both("503 overloaded_error overloaded", "503 overloaded_error");
const UNREADABLE = "502 server_error invalid_upstream_response";
const TOO_LATE = both("504 timeout_error timeout", "504 timeout_error");
/** An answer that ends in an orderly way before its end. */
const TRUNCATED: Row["sees"] = {
  chat: { whole: UNREADABLE, stream: "in stream: server_error stream_truncated" },
  responses: { whole: UNREADABLE, stream: "in stream: server_error" },
  native: { whole: "passed on", stream: "in stream: api_error" },
};

const reset = midway((exchange) => exchange.reset());
const PROTOCOL_NOISE = "\x00\xff\x16\x03garbage\r\n\r\n";

const UPSTREAM_BREAKS: Row[] = [
  { name: "reset before the answer", act: beforeHead((exchange) => exchange.reset()), sees: LOST },
  {
    name: "connection closed before the answer",
    act: beforeHead((exchange) => exchange.fin()),
    sees: LOST,
  },
  {
    name: "HTTP/2: stream reset before the answer",
    lane: "h2",
    isShared: true,
    act: beforeHead((exchange) => exchange.reset()),
    sees: LOST,
  },
  {
    name: "reset midway",
    act: reset,
    sees: both({ whole: "502 server_error", stream: CUT_OFF }, CUT_OFF),
  },
  {
    name: "connection closed inside of an event",
    act: midway(async (exchange, rest) => {
      await halfAnEvent(exchange, rest);
      exchange.fin();
    }),
    sees: both({ whole: "502 server_error", stream: CUT_OFF }, CUT_OFF),
  },
  {
    name: "reset inside of an event",
    act: midway(async (exchange, rest) => {
      await halfAnEvent(exchange, rest);
      exchange.reset();
    }),
    sees: both({ whole: "502 server_error", stream: CUT_OFF }, CUT_OFF),
  },
  {
    name: "HTTP/2: stream reset midway",
    lane: "h2",
    isShared: true,
    act: reset,
    sees: both({ whole: "503 overloaded_error overloaded", stream: CUT_OFF }, CUT_OFF),
  },
  {
    name: "ends in an orderly way, without its end",
    act: midway((exchange) => exchange.end()),
    sees: TRUNCATED,
  },
  {
    name: "ends in an orderly way inside of an event",
    act: midway(async (exchange, rest) => {
      await halfAnEvent(exchange, rest);
      exchange.end();
    }),
    sees: TRUNCATED,
  },
  {
    name: "HTTP/2: GOAWAY while calls are open",
    lane: "leaving",
    isShared: true,
    act: midway(async (exchange, rest) => {
      exchange.goAway();
      await finish(exchange, rest);
    }),
    sees: SERVED,
  },
  {
    name: "HTTP/2: trailers behind the answer",
    lane: "h2",
    isShared: true,
    act: withTrailers(true),
    sees: SERVED,
  },
  {
    name: "HTTP/2: trailers where the end should be",
    lane: "h2",
    isShared: true,
    act: withTrailers(false),
    sees: both(
      { whole: UNREADABLE, stream: "ends short" },
      { whole: "passed on", stream: "ends short" },
    ),
  },
];

const UPSTREAM_SLOW: Row[] = [
  { name: "byte by byte, events cut anywhere", lane: "idle", act: byteByByte, sees: SERVED },
  { name: "accepts and never answers: route timeout", lane: "time", act: silence, sees: TOO_LATE },
  { name: "accepts and never answers: idle timeout", lane: "idle", act: silence, sees: TOO_LATE },
  {
    name: "stops midway: route timeout",
    lane: "time",
    act: midway((exchange) => exchange.closed()),
    sees: both({ whole: "504 timeout_error timeout", stream: CUT_OFF }, CUT_OFF),
  },
  {
    name: "stops midway: idle timeout",
    lane: "idle",
    act: midway((exchange) => exchange.closed()),
    sees: both({ whole: "504 timeout_error timeout", stream: CUT_OFF }, CUT_OFF),
  },
];

const html = wrongly({
  headers: { "content-type": "text/html" },
  body: () => "<html>Hello</html>",
});
const other = wrongly({
  headers: { "content-type": "application/octet-stream" },
  body: (right) => right,
});

const TOO_LARGE = "502 server_error response_too_large";
/** A member that nobody knows and that is too long, in an answer's content or the first delta of a stream. */
const PADDING: [RegExp, string] = [
  /"type":"text(?:_delta)?",(?="text":"«)/,
  `$&"padding":"${"x".repeat(TIGHT.max_response_bytes)}",`,
];

const UPSTREAM_LIES: Row[] = [
  {
    name: "garbage instead of HTTP",
    act: beforeHead((exchange) => exchange.raw(PROTOCOL_NOISE)),
    sees: both("502 server_error", "502 api_error"),
  },
  {
    name: "garbage as the body",
    act: wrongly({ body: (_right, { mark }) => noiseOf(mark) }),
    sees: {
      chat: { whole: UNREADABLE, stream: "502 server_error stream_truncated" },
      responses: { whole: UNREADABLE, stream: "502 server_error stream_truncated" },
      native: { whole: "passed on", stream: "in stream: api_error" },
    },
  },
  { name: "HTML with status 200", act: html, sees: both(UNREADABLE, "passed on") },
  {
    name: "another content type",
    act: other,
    sees: both({ whole: "served", stream: UNREADABLE }, "served"),
  },
  {
    name: "compressed although identity was asked for",
    act: wrongly(gzipped),
    sees: both(UNREADABLE, "passed on"),
  },
  {
    name: "an answer above max_response_bytes, an event above max_event_bytes",
    tenant: "tight",
    act: wrongly({ body: (right) => right.toString().replace(...PADDING) }),
    sees: {
      chat: { whole: TOO_LARGE, stream: "in stream: server_error invalid_upstream_response" },
      responses: { whole: TOO_LARGE, stream: "in stream: server_error" },
      native: "served",
    },
  },
];

const twice = attempts(silence, serveAtOnce);
const AGAIN: Row[] = [
  {
    name: "retry after a reset",
    lane: "retry",
    act: attempts(
      beforeHead((exchange) => exchange.reset()),
      serveAtOnce,
      serveWhenHedged,
    ),
    sees: SERVED,
  },
  {
    name: "retry after 529",
    lane: "retry",
    act: attempts(refuse(529, "overloaded_error"), serveAtOnce),
    sees: SERVED,
  },
  { name: "retry after the time of an attempt", lane: "retry", act: twice, sees: SERVED },
  {
    name: "every attempt is refused",
    lane: "retry",
    act: attempts(refuse(529, "overloaded_error"), refuse(503, "api_error")),
    sees: both("503 server_error", "503 api_error"),
  },
  {
    name: "no retry once an answer has begun",
    lane: "retry",
    act: reset,
    sees: both({ whole: "502 server_error", stream: CUT_OFF }, CUT_OFF),
  },
  { name: "hedging: the second attempt answers", lane: "hedge", act: twice, sees: SERVED },
  {
    name: "hedging: the first attempt answers after all",
    lane: "hedge",
    act: serveWhenHedged,
    sees: SERVED,
  },
];

const CLIENT: Row[] = [
  { name: "the client leaves after the head", client: leave("head"), sees: GONE },
  { name: "the client leaves with half of its body sent", client: leave("half"), sees: GONE },
  {
    name: "the client leaves while it waits",
    act: beforeHead((exchange) => exchange.closed()),
    client: leave("whole"),
    sees: GONE,
  },
  {
    name: "the client leaves midway",
    act: midway((exchange) => exchange.closed()),
    client: leave("whole"),
    sees: GONE,
  },
  {
    name: "the client stops in the middle of its body: idle timeout",
    lane: "idle",
    client: stalls,
    sees: both("408 timeout_error timeout", "408 timeout_error"),
  },
  {
    name: "a request above max_request_bytes, announced",
    tenant: "tight",
    client: announced(2 * TIGHT.max_request_bytes),
    sees: both("413 invalid_request_error request_too_large", "413 request_too_large"),
  },
  {
    name: "a request that grows above max_request_bytes",
    tenant: "tight",
    client: pours,
    sees: both("413 invalid_request_error request_too_large", "413 request_too_large"),
  },
];

/** All scenarios. */
export const ROWS: readonly Row[] = [
  { name: "nothing goes wrong", act: midway(finish), sees: SERVED },
  ...UPSTREAM_BREAKS,
  ...UPSTREAM_SLOW,
  ...UPSTREAM_LIES,
  ...AGAIN,
  ...CLIENT,
  ...SURROUNDINGS,
];
