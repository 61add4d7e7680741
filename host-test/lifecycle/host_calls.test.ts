// What an exchange asks of its host, once the first one has proven that headers are held: host calls are what a small
// exchange costs most of. And that the lengths are right where the old ones are no longer taken away first.

import { expect, it } from "vitest";
import { CLIENT_PATH, clientHeaders, upstreamHeaders, upstreamMessage } from "../bench/inputs.ts";
import type { HeaderList, HttpStream } from "../host/index.ts";
import { asked, BODY, EVENT_HEADERS, EVENTS, open, STREAM_BODY, type Bench } from "./support.ts";

const PSEUDO: HeaderList = [
  [":authority", "host"],
  [":path", CLIENT_PATH],
  [":method", "POST"],
  [":scheme", "http"],
];

function exchange({ host, root }: Bench, status = "200"): HttpStream {
  const stream = host.stream(root);
  const length = String(Buffer.byteLength(BODY));
  stream.requestHeaders([
    ...PSEUDO,
    ...Object.entries(clientHeaders()),
    ["content-length", length],
  ]);
  stream.requestBody(BODY, { end: true });
  const answer = upstreamMessage();
  const upstream: HeaderList = [
    [":status", status],
    ...Object.entries(upstreamHeaders("json")),
    ["content-length", String(answer.length)],
  ];
  stream.responseHeaders(upstream);
  stream.responseBody(answer, { end: true });
  return stream;
}

function lengths({ upstream, client }: HttpStream): [string | undefined, number][] {
  return [upstream, client].map((side) => [
    side.header("content-length"),
    Buffer.byteLength(side.text()),
  ]);
}

it("asks the host 33 things about an ordinary exchange", () => {
  const bench = open();
  exchange(bench);
  expect(exchange(bench).hostCallsByName).toEqual({
    proxy_get_header_map_pairs: 2,
    proxy_remove_header_map_value: 9,
    proxy_replace_header_map_value: 13,
    proxy_get_property: 1, // is this an attempt upstream of the router?
    proxy_get_buffer_bytes: 2,
    proxy_set_buffer_bytes: 2,
    proxy_increment_metric: 3, // the request, its tokens in and out
    clock_time_get: 1,
  });
});

it.each(["200", "500"])("sets both lengths, status %s", (status) => {
  const bench = open();
  for (const stream of [exchange(bench, status), exchange(bench, status)]) {
    for (const [length, bytes] of lengths(stream)) expect(length).toBe(String(bytes));
  }
});

it("writes nothing behind the last event when nothing came there", () => {
  const stream = asked(open(), STREAM_BODY);
  stream.responseHeaders(EVENT_HEADERS);
  stream.responseBody(EVENTS.join(""));
  const before = { ...stream.hostCallsByName };
  stream.responseBody("", { end: true });
  expect(stream.hostCallsByName.proxy_set_buffer_bytes).toBe(before.proxy_set_buffer_bytes);
});
