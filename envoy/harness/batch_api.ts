// An upstream's batches, files and models as the API documents them, kept in memory: what the official clients talk to through Envoy.

import { setImmediate as breathe } from "node:timers/promises";
import type { Exchange, Received } from "../upstream/exchange.ts";
import type { Script } from "../upstream/server.ts";

const JSON_TYPE = { "content-type": "application/json" };
const CREATED = "2026-03-02T09:15:27.481932Z";

interface Params {
  model: string;
  messages: { role: string; content: string }[];
}
interface Request {
  custom_id: string;
  params: Params;
}

/** A message that repeats the last words of a request. */
export function echoOf(id: string, params: Params): object {
  return {
    id,
    type: "message",
    role: "assistant",
    model: params.model,
    content: [{ type: "text", text: `echo: ${params.messages.at(-1)?.content ?? ""}` }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 8, output_tokens: 3 },
  };
}

/** One upstream's state. `script` answers any number of requests. */
export class BatchApi {
  /** Requests of the batches that were made, by the batch's id. */
  readonly batches = new Map<string, Request[]>();
  /** Bodies of the files that were uploaded, by id. */
  readonly files = new Map<string, Buffer>();
  readonly #stopped = new Set<string>();

  readonly script: Script = async (exchange) => {
    const body = await exchange.body();
    const { method, path } = exchange.received;
    const url = new URL(path, "http://upstream");
    const route = `${method} ${url.pathname}`;
    if (route === "POST /v1/messages/batches") return this.#create(exchange, body);
    if (route === "POST /v1/files") return this.#upload(exchange, body);
    if (route === "GET /v1/files")
      return this.#list(
        exchange,
        [...this.files.keys()].map((id) => this.#file(id)),
        url,
      );
    if (route === "GET /v1/messages/batches")
      return this.#list(
        exchange,
        [...this.batches.keys()].map((id) => this.#batch(id)),
        url,
      );
    if (route === "GET /v1/models") return this.#list(exchange, MODELS, url);
    if (route === "POST /v1/messages") return this.#message(exchange, body);
    return this.#one(exchange, method, url.pathname.split("/").slice(2));
  };

  async #create(exchange: Exchange, body: Buffer): Promise<void> {
    const requests = requestsOf(body);
    if (requests === undefined) return exchange.closed();
    const id = `msgbatch_${String(this.batches.size + 1)}`;
    this.batches.set(id, requests);
    await answer(exchange, this.#batch(id, false));
  }

  async #upload(exchange: Exchange, body: Buffer): Promise<void> {
    const id = `file_${String(this.files.size + 1)}`;
    this.files.set(id, body);
    await answer(exchange, this.#file(id));
  }

  #file(id: string): { id: string } {
    const size_bytes = this.files.get(id)?.length ?? 0;
    const name = { filename: "a.txt", mime_type: "text/plain" };
    return { id, type: "file", ...name, size_bytes, created_at: CREATED, downloadable: true } as {
      id: string;
    };
  }

  #batch(id: string, ended = true): { id: string } {
    const count = this.batches.get(id)?.length ?? 0;
    const none = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
    const stopped = this.#stopped.has(id);
    return {
      id,
      type: "message_batch",
      processing_status: stopped ? "canceling" : ended ? "ended" : "in_progress",
      request_counts: ended
        ? { ...none, succeeded: count - 1, errored: 1 }
        : { ...none, processing: count },
      created_at: CREATED,
      ended_at: ended ? "2026-03-02T09:58:03Z" : null,
      expires_at: "2026-03-03T09:15:27Z",
      archived_at: null,
      cancel_initiated_at: stopped ? CREATED : null,
      results_url: null,
    } as { id: string };
  }

  /** Pages by ids, newest first, as the API does. */
  #list(exchange: Exchange, all: { id: string }[], url: URL): Promise<void> {
    const after = url.searchParams.get("after_id");
    const limit = Number(url.searchParams.get("limit") ?? 20);
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const data = all.slice(from, from + limit);
    const has_more = from + limit < all.length;
    const cursors = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    return answer(exchange, { data, has_more, ...cursors });
  }

  async #one(exchange: Exchange, method: string, path: string[]): Promise<void> {
    const [kind, id = "", third = "", fourth] = path;
    if (kind === "files" && this.files.has(id)) return this.#oneFile(exchange, method, id, third);
    if (kind === "messages" && this.batches.has(third)) {
      if (fourth === "cancel") this.#stopped.add(third);
      return fourth === "results"
        ? this.#results(exchange, third)
        : answer(exchange, this.#batch(third));
    }
    const model = kind === "models" ? MODELS.find((each) => each.id === id) : undefined;
    if (model !== undefined) return answer(exchange, model);
    return refuse(exchange, 404, "not_found_error", path.join("/"));
  }

  #oneFile(exchange: Exchange, method: string, id: string, what: string): Promise<void> {
    if (method === "DELETE") return answer(exchange, { id, type: "file_deleted" });
    if (what !== "content") return answer(exchange, this.#file(id));
    return exchange.send(200, { "content-type": "text/plain" }, this.files.get(id) ?? "");
  }

  /** The last request of a batch failed. */
  async #results(exchange: Exchange, id: string): Promise<void> {
    const requests = this.batches.get(id) ?? [];
    const lines = requests.map(({ custom_id, params }, i) => {
      const error = { type: "error", error: { type: "overloaded_error", message: "busy" } };
      const result =
        i === requests.length - 1
          ? { type: "errored", error }
          : { type: "succeeded", message: echoOf(`msg_${String(i)}`, params) };
      return `${JSON.stringify({ custom_id, result })}\n`;
    });
    exchange.head(200, { "content-type": "application/x-jsonl" });
    for (const line of lines) await exchange.write(line);
    exchange.end();
  }

  #message(exchange: Exchange, body: Buffer): Promise<void> {
    const params = JSON.parse(body.toString()) as Params & { stream?: boolean };
    if (params.stream !== true) return answer(exchange, echoOf("msg_1", params));
    const start = { ...echoOf("msg_1", params), content: [], stop_reason: null };
    const events: [string, object][] = [
      ["message_start", { message: start }],
      ["content_block_start", { index: 0, content_block: { type: "text", text: "" } }],
      ["content_block_delta", { index: 0, delta: { type: "text_delta", text: "El" } }],
      ["content_block_delta", { index: 0, delta: { type: "text_delta", text: "be" } }],
      ["content_block_stop", { index: 0 }],
      [
        "message_delta",
        { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 3 } },
      ],
      ["message_stop", {}],
    ];
    const text = events.map(
      ([type, more]) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`,
    );
    return exchange.send(200, { "content-type": "text/event-stream" }, text.join(""));
  }
}

const MODELS = Array.from({ length: 3 }, (_, i) => ({
  id: `claude-model-${String(i)}`,
  type: "model",
  display_name: `Claude ${String(i)}`,
  created_at: "2026-02-05T00:00:00Z",
}));

/** A request that was reset may look like one that has ended; then it is cut off. */
function requestsOf(body: Buffer): Request[] | undefined {
  try {
    return (JSON.parse(body.toString()) as { requests: Request[] }).requests;
  } catch {
    return undefined;
  }
}

function refuse(exchange: Exchange, status: number, type: string, message: string): Promise<void> {
  const body = JSON.stringify({ type: "error", error: { type, message } });
  return exchange.send(status, JSON_TYPE, body);
}

function answer(exchange: Exchange, body: unknown): Promise<void> {
  return exchange.send(200, JSON_TYPE, JSON.stringify(body));
}

/** Hands the body of a request on piece by piece and keeps none of it. */
export async function drain(exchange: Exchange, take: (piece: Buffer) => void): Promise<void> {
  const { received } = exchange;
  const empty = (seen: Received): boolean => {
    for (const piece of seen.chunks.splice(0)) take(piece);
    return seen.ended || seen.closed;
  };
  await exchange.until(empty, "the end of a long request", LONG_MS);
  await breathe();
  empty(received);
}

/** For bodies that take minutes. */
export const LONG_MS = 1_500_000;
