/** Peak memory of exchanges with large bodies, in a module that has seen nothing before. */
import { exchange, WasmHost, type ExchangeInput } from "../host/index.ts";
import { answer, chatRequest, CONFIG, HELLO, REPLY } from "../support/filter.ts";
import { debugBytes } from "../lifecycle/support.ts";

const MIB = 1 << 20;

/** What a size of body has cost. */
export interface LargeFigure {
  mebibytes: number;
  /** Size of the memory when the exchange was over, in multiples of the body. */
  ratio: number;
}

/** Bytes of the memory after one exchange in a fresh VM. */
function peakOf(bytes: Uint8Array, input: ExchangeInput): number {
  const host = WasmHost.loadSync(bytes, {
    profile: "envoy-hold",
    canary: false,
    poison: false,
    bufferLimit: 512 * MIB,
  });
  const limits = { max_request_bytes: 64 * MIB, max_response_bytes: 64 * MIB };
  const root = host.addRoot({ ...CONFIG, profile: { ...CONFIG.profile, limits } });
  const { client } = exchange(host, root, input);
  if (client.status !== 200) throw new Error(`${client.status}: ${client.text().slice(0, 200)}`);
  return host.memoryBytes;
}

/** Prose with line breaks and quotes now and then, as models and people write it. */
function prose(length: number): string {
  return 'He said "no".\nAnd then the river, wide and slow, took the rest of the day with it. '
    .repeat(Math.ceil(length / 88))
    .slice(0, length);
}

/** Messages that together have `length` bytes of text. */
function history(length: number): object {
  const text = prose(4096);
  const messages = Array.from({ length: Math.ceil(length / 8192) }, () => [
    { role: "user", content: text },
    { role: "assistant", content: text },
  ]);
  return { ...HELLO, messages: [...messages.flat(), { role: "user", content: "so?" }] };
}

function figure(
  bytes: Uint8Array,
  mebibytes: number,
  input: ExchangeInput,
  size: number,
): LargeFigure {
  return { mebibytes, ratio: peakOf(bytes, input) / size };
}

/** A request of one large text. */
export function largeText(mebibytes: number, bytes = debugBytes()): LargeFigure {
  const content = prose(mebibytes * MIB);
  const request = chatRequest({ ...HELLO, messages: [{ role: "user", content }] });
  const size = (request.body as Uint8Array).length;
  return figure(bytes, mebibytes, { request, response: answer(REPLY) }, size);
}

/** A request of many messages of 4 KiB. */
export function largeHistory(mebibytes: number, bytes = debugBytes()): LargeFigure {
  const request = chatRequest(history(mebibytes * MIB));
  const size = (request.body as Uint8Array).length;
  return figure(bytes, mebibytes, { request, response: answer(REPLY) }, size);
}

/** A whole answer of one large text. */
export function largeAnswer(mebibytes: number, bytes = debugBytes()): LargeFigure {
  const content = [{ type: "text", text: prose(mebibytes * MIB) }];
  const response = answer({ ...REPLY, content });
  const size = (response.body as Uint8Array).length;
  return figure(bytes, mebibytes, { request: chatRequest(HELLO), response }, size);
}

/** A whole answer whose call has large arguments, which are escaped once more. */
export function largeCall(mebibytes: number, bytes = debugBytes()): LargeFigure {
  const input = { text: prose(mebibytes * MIB) };
  const content = [{ type: "tool_use", id: "toolu_1", name: "f", input }];
  const response = answer({ ...REPLY, content });
  const size = (response.body as Uint8Array).length;
  return figure(bytes, mebibytes, { request: chatRequest(HELLO), response }, size);
}
