// The program that runs the modules for wasm_part.ts. Its parent starts it with the engine's flags, says what to do over
// IPC and gets one answer.

import { readFile } from "node:fs/promises";
import { WasmHost } from "../../host/index.ts";
import type { ModuleUnderTest } from "./candidates.ts";
import { median } from "./median.ts";
import {
  CLIENT_PATH,
  clientHeaders,
  EVENTS_PER_WRITE,
  shapeInputs,
  upstreamEvents,
  upstreamHeaders,
  upstreamMessage,
  type ShapeInput,
} from "./inputs.ts";
import { problemsOf } from "./validate.ts";
import type { WasmAnswer, WasmJob, WasmRow } from "./wasm_part.ts";

/** In how large pieces Envoy hands over a body that comes in at once. */
const PIECE_BYTES = 16 * 1024;
const WARM_REQUESTS = 50;
const BUFFER_LIMIT = 64 * 1024 * 1024;

type Root = ReturnType<WasmHost["addRoot"]>;
type Pairs = [string, string][];

/** One shape cut into what the host hands over, callback by callback. */
interface Script {
  input: ShapeInput;
  requestHeaders: Pairs;
  requestPieces: Uint8Array[];
  responseHeaders: Pairs;
  responsePieces: Uint8Array[];
  bytes: number;
}

interface Sample {
  requestMs: number;
  responseMs: number;
}

async function runModule(module: ModuleUnderTest, seconds: number): Promise<WasmRow[]> {
  const bytes = await readFile(module.file);
  const rows: WasmRow[] = [];
  for (const input of shapeInputs()) {
    const host = await WasmHost.load(bytes, {
      profile: "envoy-hold",
      bufferLimit: BUFFER_LIMIT,
      poison: false,
      canary: false,
    });
    const root = host.addRoot(module.configuration);
    if (!root.ok) {
      throw new Error(`${module.name} refuses its configuration: ${JSON.stringify(root.logs)}`);
    }
    rows.push(measure(host, root, module, scriptOf(input), seconds));
  }
  return rows;
}

function measure(
  host: WasmHost,
  root: Root,
  module: ModuleUnderTest,
  script: Script,
  seconds: number,
): WasmRow {
  check(host, root, module, script);
  for (let i = 0; i < WARM_REQUESTS; i++) exchange(host, root, script);
  const samples: Sample[] = [];
  const hostCalls: number[] = [];
  const end = performance.now() + seconds * 1000;
  do {
    const { sample, stream } = exchange(host, root, script);
    samples.push(sample);
    hostCalls.push(stream.hostCalls);
    host.logs.length = 0;
  } while (performance.now() < end);
  const response = median(samples.map((sample) => sample.responseMs)) * 1e6;
  const request = median(samples.map((sample) => sample.requestMs)) * 1e6;
  const streamed = script.input.mode !== "json";
  return {
    shape: script.input.shape,
    module: module.name,
    nanosPerRequest: request + response,
    nanosPerByte: (request + response) / script.bytes,
    nanosPerEvent: streamed ? response / upstreamEvents().length : null,
    hostCalls: median(hostCalls),
    memoryKiB: host.memoryBytes / 1024,
  };
}

/** Runs one exchange and throws unless the module did with it what it is there for. */
function check(host: WasmHost, root: Root, module: ModuleUnderTest, script: Script): void {
  const { upstream, client } = exchange(host, root, script).stream;
  const problems = problemsOf(module.effect, script.input, {
    upstreamPath: upstream.header(":path") ?? null,
    upstreamBody: upstream.text(),
    status: client.status,
    contentType: client.header("content-type") ?? "",
    clientBody: client.text(),
  });
  if (problems.length > 0) {
    throw new Error(`${module.name}, ${script.input.shape}: ${problems.join("; ")}`);
  }
}

function exchange(
  host: WasmHost,
  root: Root,
  script: Script,
): { sample: Sample; stream: ReturnType<WasmHost["stream"]> } {
  const start = performance.now();
  const stream = host.stream(root);
  stream.requestHeaders(script.requestHeaders);
  const last = script.requestPieces.length - 1;
  for (let i = 0; i <= last; i++) {
    stream.requestBody(script.requestPieces[i] as Uint8Array, { end: i === last });
  }
  const middle = performance.now();
  stream.responseHeaders(script.responseHeaders);
  for (const piece of script.responsePieces) stream.responseBody(piece);
  // A chunked body ends by itself, after its last byte.
  stream.responseBody(NOTHING, { end: true });
  const end = performance.now();
  return { sample: { requestMs: middle - start, responseMs: end - middle }, stream };
}

const NOTHING = new Uint8Array(0);

function scriptOf(input: ShapeInput): Script {
  const responsePieces = answerPieces(input);
  const requestPieces: Uint8Array[] = [];
  for (let at = 0; at < input.body.length; at += PIECE_BYTES) {
    requestPieces.push(input.body.subarray(at, at + PIECE_BYTES));
  }
  const pseudo: Pairs = [
    [":authority", "127.0.0.1"],
    [":path", CLIENT_PATH],
    [":method", "POST"],
    [":scheme", "http"],
  ];
  const length: Pairs = [["content-length", String(input.body.length)]];
  return {
    input,
    requestHeaders: [...pseudo, ...Object.entries(clientHeaders()), ...length],
    requestPieces,
    responseHeaders: [[":status", "200"], ...Object.entries(upstreamHeaders(input.mode))],
    responsePieces,
    bytes: responsePieces.reduce((sum, piece) => sum + piece.length, input.body.length),
  };
}

function answerPieces({ mode }: ShapeInput): Uint8Array[] {
  if (mode === "json") return [upstreamMessage()];
  const events = upstreamEvents();
  if (mode === "paced") return events;
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < events.length; i += EVENTS_PER_WRITE) {
    pieces.push(Buffer.concat(events.slice(i, i + EVENTS_PER_WRITE)));
  }
  return pieces;
}

async function answer(job: WasmJob): Promise<WasmAnswer> {
  try {
    const rows: WasmRow[] = [];
    for (const module of job.modules) rows.push(...(await runModule(module, job.secondsPerShape)));
    const order = shapeInputs().map(({ shape }) => shape);
    return { rows: rows.sort((a, b) => order.indexOf(a.shape) - order.indexOf(b.shape)) };
  } catch (error) {
    return { problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on("disconnect", () => process.exit());
process.once("message", (job: WasmJob) => {
  void answer(job).then((result) => process.send?.(result, () => process.disconnect()));
});
