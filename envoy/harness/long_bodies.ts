// Bodies that no one holds: results of many lines down, a large file up, and what Envoy's memory does meanwhile.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { expect } from "vitest";
import { drain, echoOf } from "./batch_api.ts";
import { setBufferLimit, type Parts } from "./config.ts";
import type { Rig } from "./rig.ts";

/** Looks at memory this many times on the way. */
const LOOKS = 16;
const LINES_PER_PIECE = 500;
const BLOCK_BYTES = 1 << 20;
/** Before memory is looked at for the first time: buffers of a connection and the module's first lines. */
const WARM_UP_LOOKS = 1;
/** Envoy's own memory wanders by about this much. */
const ALLOWED_GROWTH_BYTES = 8 * 1024 * 1024;
const BUFFER_BYTES = 1 << 20;
const BOUNDARY = "XyZ";
const PREAMBLE = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n`;
const HEAD = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`;
const TAIL = `\r\n--${BOUNDARY}--\r\n`;

/** Envoy takes in what its buffers hold, however slow the other side is; with small ones memory tells what is held besides. */
export function useSmallBuffers(parts: Parts): void {
  setBufferLimit(parts, BUFFER_BYTES);
  parts.cluster["per_connection_buffer_limit_bytes"] = BUFFER_BYTES;
}

/** Resident memory of Envoy while a body passes: it must not follow the body's size. */
class Watch {
  readonly #rss: number[] = [];

  constructor(readonly rig: Rig) {}

  async look(): Promise<void> {
    this.#rss.push((await this.rig.envoy.usage()).rssBytes);
  }

  check(): void {
    const [first = 0, ...rest] = this.#rss.slice(WARM_UP_LOOKS);
    const growth = Math.max(first, ...rest) - first;
    console.log(`${Math.round(growth / 1024)} KiB grown over ${rest.length} looks`);
    expect(growth).toBeLessThan(ALLOWED_GROWTH_BYTES);
  }
}

const lineOf = (i: number): string =>
  `${JSON.stringify({
    custom_id: `id-${String(i)}`,
    result: {
      type: "succeeded",
      message: echoOf(`msg_${String(i)}`, { model: "claude-haiku-4-5", messages: [] }),
    },
  })}\n`;

/** Downloads results of `count` lines; every line must come, in order, translated. */
export async function downloadResults(rig: Rig, count: number): Promise<void> {
  const watch = new Watch(rig);
  rig.upstream.enqueue(async (exchange) => {
    exchange.head(200, { "content-type": "application/x-jsonl" });
    for (let i = 0; i < count; i += LINES_PER_PIECE) {
      const size = Math.min(LINES_PER_PIECE, count - i);
      await exchange.write(Array.from({ length: size }, (_, k) => lineOf(i + k)).join(""));
    }
    exchange.end();
  });
  const answer = await open(rig, "/v1/files/file-out-msgbatch_1/content");
  let [lines, rest] = [0, ""];
  answer.setEncoding("utf8");
  for await (const piece of answer as AsyncIterable<string>) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      if (
        !line.startsWith(
          `{"id":"batch_req_msgbatch_1_id-${lines}","custom_id":"id-${lines}","response":{"status_code":200,`,
        )
      )
        throw new Error(`line ${lines}: ${line.slice(0, 200)}`);
      lines += 1;
      if (lines % Math.ceil(count / LOOKS) === 0) await watch.look();
    }
  }
  expect(rest).toBe("");
  expect(lines).toBe(count);
  watch.check();
}

/** Uploads a file of `size` bytes; the upstream must get the same, and nothing else of the form. */
export async function uploadFile(rig: Rig, size: number): Promise<void> {
  const watch = new Watch(rig);
  const arrived = createHash("sha256");
  rig.upstream.enqueue(async (exchange) => {
    await drain(exchange, (piece) => arrived.update(piece));
    const file = { id: "file_1", type: "file", filename: "a", size_bytes: size };
    await exchange.send(200, { "content-type": "application/json" }, JSON.stringify(file));
  });
  const headers = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
  const sent = begin(rig, "POST", "/v1/files", headers);
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  const expected = await sendForm(sent, size, () => watch.look());
  const [answer] = await answered;
  answer.resume();
  expect(answer.statusCode).toBe(200);
  expect(arrived.digest("hex")).toBe(expected);
  watch.check();
}

/** Sends the form; answers the digest of what is to arrive of it. */
async function sendForm(
  sent: ClientRequest,
  size: number,
  look: () => Promise<void>,
): Promise<string> {
  const expected = createHash("sha256").update(HEAD);
  const write = async (bytes: Buffer | string): Promise<void> => {
    if (!sent.write(bytes)) await once(sent, "drain");
  };
  await write(PREAMBLE + HEAD);
  // Carriage returns and beginnings of delimiters are what the scanner has to look at.
  const block = Buffer.alloc(BLOCK_BYTES, `\r\n--${BOUNDARY[0]!}0123456789\r`);
  const blocks = Math.ceil(size / BLOCK_BYTES);
  for (let i = 0; i < blocks; i++) {
    await write(block);
    expected.update(block);
    if (i % Math.ceil(blocks / LOOKS) === 0) await look();
  }
  sent.end(TAIL);
  return expected.update(TAIL).digest("hex");
}

function begin(rig: Rig, method: string, path: string, more: object = {}): ClientRequest {
  const headers = { authorization: "Bearer sk", ...more };
  return request({ port: rig.envoy.port, method, path, headers });
}

async function open(rig: Rig, path: string): Promise<IncomingMessage> {
  const sent = begin(rig, "GET", path);
  sent.end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  return answer;
}
