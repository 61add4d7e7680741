// What is different between versions of Envoy, as far as it shows: small runs that ask one question each.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHAT, CHAT_PATH, SSE, streamOf, textBlock } from "../harness/answers.ts";
import { JSON_HEADERS } from "../harness/client.ts";
import type { ClientStream } from "../harness/client_stream.ts";
import { ENVIRONMENT, exampleOptions, NEWEST_ONLY } from "../harness/example.ts";
import { Rig, WASM } from "../harness/rig.ts";
import { writeTrapping } from "../harness/trapping_module.ts";
import { complaintOf } from "../harness/validate.ts";
import { messagesHeaders } from "../upstream/headers.ts";
import type { Exchange } from "../upstream/exchange.ts";

/** Answers to the questions, in words. */
export interface Probes {
  /** How a client over HTTP/2 learns that the upstream has reset a stream. */
  reset: string;
  /** How it learns that the VM of its stream has trapped. */
  trap: string;
  /** What comes of a trap when a new VM may be made after a millisecond. */
  reload: string;
  /** Examples that need a newer Envoy. */
  refused: string[];
}

const STREAM = JSON.stringify({ ...CHAT, stream: true });
const EVENTS = streamOf([textBlock("Hel", "lo")]);
const BEGUN = EVENTS.slice(0, 3);
const NEXT = EVENTS[3] ?? "";
const SERVED_WITHIN_MS = 10_000;

/** Asks a version everything. Rejects when a run does not come to an answer. */
export async function probesOf(version: string): Promise<Probes> {
  const folder = await mkdtemp(join(tmpdir(), "messages-bridge-probes-"));
  const wasm = join(folder, "trapping.wasm");
  try {
    writeTrapping(WASM, wasm);
    return {
      reset: await afterReset(version),
      trap: await afterTrap(version, wasm),
      reload: await afterReload(version, wasm),
      refused: await refusedBy(version),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Node takes RST_STREAM with NO_ERROR for an end. */
const learned = ({ outcome }: ClientStream): string =>
  outcome === "complete" ? "an end" : "an error";

/** A stream that has shown its first text, and the upstream's side of it. */
async function openStream(rig: Rig): Promise<{ stream: ClientStream; exchange: Exchange }> {
  let upstream: Exchange | undefined;
  rig.upstream.enqueue(async (exchange) => {
    upstream = exchange;
    await exchange.body();
    exchange.head(200, messagesHeaders(exchange.serial, SSE));
    for (const event of BEGUN) await exchange.write(event);
  });
  const head = { path: CHAT_PATH, headers: JSON_HEADERS, body: STREAM };
  const stream = await rig.client("h2").open(head).saw("Hel");
  if (upstream === undefined) throw new Error("the stream came from nowhere");
  return { stream, exchange: upstream };
}

async function afterReset(version: string): Promise<string> {
  const rig = await Rig.start({ version });
  try {
    const { stream, exchange } = await openStream(rig);
    exchange.reset();
    return learned(await stream.finished());
  } finally {
    await rig.stop();
  }
}

/** A request that meets the defect of the trapping module. */
async function trap(rig: Rig): Promise<void> {
  const head = { path: CHAT_PATH, headers: JSON_HEADERS, trailers: true };
  const stream = rig.client("h2").open(head);
  await stream.write(JSON.stringify(CHAT));
  stream.end({ "x-note": "1" });
  await stream.finished();
}

async function afterTrap(version: string, wasm: string): Promise<string> {
  const rig = await Rig.start({ version, wasm });
  try {
    const { stream, exchange } = await openStream(rig);
    await trap(rig);
    // Envoy sees that the VM is gone when it wants to call it for this stream again.
    await exchange.write(NEXT);
    exchange.end();
    return learned(await stream.finished());
  } finally {
    await rig.stop();
  }
}

async function afterReload(version: string, wasm: string): Promise<string> {
  const backoff = { base_interval: "0.001s", max_interval: "0.001s" };
  const edit = (parts: { wasm: Record<string, unknown> }): void => {
    parts.wasm["reload_config"] = { backoff };
  };
  const rig = await Rig.start({ version, wasm, edit });
  try {
    await trap(rig);
    const ended = rig.envoy.exited.then((how) => `Envoy ends (${how})`);
    return await Promise.race([ended, servedAgain(rig)]);
  } finally {
    await rig.stop();
  }
}

/** Asks until a request is served again. Connections that fail leave the answer to whoever sees Envoy end. */
async function servedAgain(rig: Rig): Promise<string> {
  const deadline = performance.now() + SERVED_WITHIN_MS;
  while (performance.now() < deadline) {
    const { status, outcome } = await rig.client().post(CHAT_PATH, CHAT);
    if (outcome === "complete" && status !== 503) return "served";
    if (outcome === "broken") break;
  }
  return rig.envoy.exited.then((how) => `Envoy ends (${how})`);
}

async function refusedBy(version: string): Promise<string[]> {
  const refused: string[] = [];
  for (const name of NEWEST_ONLY) {
    if ((await complaintOf(version, exampleOptions(name), ENVIRONMENT)) !== "") refused.push(name);
  }
  return refused;
}
