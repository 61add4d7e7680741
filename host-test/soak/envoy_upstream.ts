// The upstream of the soak, a program of its own: answers each request as its header says. Started by upstreamOf() in
// envoy_process.ts; the argument is the protocol, h1 or h2 (cleartext).

import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from "node:http";
import {
  constants,
  createServer as createHttp2,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { ANSWER_HEADER, soakAnswers, type SoakAnswer } from "./envoy_answers.ts";
import { faultAnswers } from "./envoy_fault_answers.ts";

const answers = new Map([...soakAnswers(), ...faultAnswers()]);

const RESET_CODE = constants.NGHTTP2_INTERNAL_ERROR;

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

function serve(request: Request, response: Response): void {
  request.resume();
  request.on("end", () => {
    const name = String(request.headers[ANSWER_HEADER]);
    const found = answers.get(name);
    if (found === undefined) {
      response.writeHead(404);
      response.end(`no answer is called ${name}`);
    } else void answer(response, found);
  });
  // A client that leaves is part of the traffic.
  request.on("error", () => undefined);
  response.on("error", () => undefined);
}

async function answer(response: Response, found: SoakAnswer): Promise<void> {
  const { status, headers, pieces, ending, pauseMs } = found;
  if (status !== null) response.writeHead(status, headers);
  for (const piece of pieces) {
    if (status === null) response.socket?.write(piece);
    else await write(response, piece);
    if (pauseMs !== undefined) await delay(pauseMs);
  }
  if (ending === "complete") response.end();
  if (ending === "broken") response.destroy();
  if (ending === "reset") resetOf(response);
}

/** Sends one piece. Both kinds of response take a callback here, but with types that do not go together. */
function write(response: Response, piece: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if ("stream" in response) response.write(piece, "utf8", () => resolve());
    else response.write(piece, () => resolve());
  });
}

function resetOf(response: Response): void {
  if ("stream" in response) response.stream.close(RESET_CODE);
  else response.socket?.resetAndDestroy();
}

const server =
  process.argv[2] === "h2"
    ? createHttp2(serve)
    : Object.assign(createHttp1({ requestTimeout: 0 }, serve), { keepAliveTimeout: 0 });
process.on("disconnect", () => process.exit(0));
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
