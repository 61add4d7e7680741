// The upstream of the bench, a program of its own so that its CPU time is not Envoy's. It answers every request the way
// its parent last told it to, without looking at the request, and can be asked to show what it received next.
// Talks to its parent over the IPC channel of `fork`; see upstream_process.ts for the other side.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  EVENTS_PER_WRITE,
  upstreamEvents,
  upstreamHeaders,
  upstreamMessage,
  type AnswerMode,
} from "./inputs.ts";
import { stamp } from "./open_load.ts";

/** What the parent may say. `mode` holds until the next one; `capture` is for the next request, unless switched off. */
export type ToUpstream = { kind: "mode"; mode: AnswerMode } | { kind: "capture"; on: boolean };

/** What the upstream says: its port once, an acknowledgement of each order, and each captured request. */
export type FromUpstream =
  | { kind: "listening"; port: number }
  | { kind: "done" }
  | { kind: "captured"; path: string; headers: Record<string, string>; body: string };

/** Pause between two events of the `paced` mode: the shortest that a timer of Node knows. */
const PAUSE_MS = 1;

const message = Buffer.from(upstreamMessage());
const events = upstreamEvents().map((event) => Buffer.from(event));
const batches = batched(events);

let mode: AnswerMode = "json";
let capturing = false;

function batched(parts: Buffer[]): Buffer[] {
  const result: Buffer[] = [];
  for (let i = 0; i < parts.length; i += EVENTS_PER_WRITE) {
    result.push(Buffer.concat(parts.slice(i, i + EVENTS_PER_WRITE)));
  }
  return result;
}

function tell(text: FromUpstream): void {
  process.send?.(text);
}

function answer(response: ServerResponse): void {
  const headers = upstreamHeaders(mode);
  if (mode === "json") {
    response.writeHead(200, { ...headers, "content-length": message.length });
    response.end(message);
    return;
  }
  response.writeHead(200, headers);
  if (mode === "batched") {
    for (const batch of batches) writeNow(response, batch);
    response.end();
    return;
  }
  writeNext(response, 0, mode === "stamped");
}

/** Writes past Node's habit of collecting the writes of one turn: each goes to the network by itself, as a flush does. */
function writeNow(response: ServerResponse, bytes: Buffer): void {
  response.write(bytes);
  response.socket?.uncork();
}

function writeNext(response: ServerResponse, index: number, stamped: boolean): void {
  const event = events[index];
  if (event === undefined || response.destroyed) {
    response.end();
    return;
  }
  response.write(stamped ? withStamp(event) : event);
  setTimeout(writeNext, PAUSE_MS, response, index + 1, stamped);
}

/** The event with the present time as its text, or as it is when it has no text. */
function withStamp(event: Buffer): Buffer {
  const text = event.toString("utf8");
  const stamped = text.replace(/"text_delta","text":"(?:[^"\\]|\\.)*"/, () => {
    return `"text_delta","text":"${stamp()}"`;
  });
  return stamped === text ? event : Buffer.from(stamped);
}

function capture(request: IncomingMessage, response: ServerResponse): void {
  capturing = false;
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
    const body = Buffer.concat(pieces).toString("utf8");
    tell({ kind: "captured", path: request.url ?? "", headers, body });
    answer(response);
  });
}

const server = createServer((request, response) => {
  if (capturing) {
    capture(request, response);
    return;
  }
  request.resume();
  request.on("end", () => answer(response));
});

process.on("message", (text: ToUpstream) => {
  if (text.kind === "mode") mode = text.mode;
  else capturing = text.on;
  tell({ kind: "done" });
});
process.on("disconnect", () => process.exit(0));

server.keepAliveTimeout = 0; // a connection that Envoy keeps over a long pause must not end under a request
server.listen(0, "127.0.0.1", () => {
  tell({ kind: "listening", port: (server.address() as AddressInfo).port });
});
