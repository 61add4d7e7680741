// The second floor says something only while it asks the host what the filter asks.

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { WasmHost } from "../host/index.ts";
import { coreConfiguration, releaseModule } from "./count/measure.ts";
import { buildHeaderEdits } from "./identity_build.ts";
import {
  CLIENT_PATH,
  clientHeaders,
  shapeInputs,
  upstreamHeaders,
  upstreamMessage,
} from "./inputs.ts";

/** Host calls of the second exchange: the first one finds out whether headers are held. */
function callsOf(module: Uint8Array, configuration: object): Record<string, number> {
  const host = WasmHost.loadSync(module, { profile: "envoy-hold", poison: false, canary: false });
  const root = host.addRoot(configuration);
  const body = shapeInputs().find(({ shape }) => shape === "small")?.body ?? new Uint8Array();
  const answer = upstreamMessage();
  let calls: Record<string, number> = {};
  for (let times = 0; times < 2; times++) {
    const stream = host.stream(root);
    stream.requestHeaders([
      [":authority", "127.0.0.1"],
      [":path", CLIENT_PATH],
      [":method", "POST"],
      [":scheme", "http"],
      ...Object.entries(clientHeaders()),
      ["content-length", String(body.length)],
    ]);
    stream.requestBody(body, { end: true });
    const length = String(answer.length);
    stream.responseHeaders([
      [":status", "200"],
      ...Object.entries(upstreamHeaders("json")),
      ["content-length", length],
    ]);
    stream.responseBody(answer, { end: true });
    calls = stream.hostCallsByName;
  }
  return calls;
}

test("header-edits makes the host calls of an ordinary exchange", async () => {
  const edits = new Uint8Array(await readFile(await buildHeaderEdits()));
  expect(callsOf(edits, {})).toEqual(callsOf(await releaseModule(), await coreConfiguration()));
});
