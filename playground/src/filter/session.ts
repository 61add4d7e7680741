/**
 * The filter as the page uses it: one configuration at a time, requests translated one by one, one answer played at a
 * time. Runs in a worker, and in Node for tests; knows nothing of the page.
 */
import { exchange, WasmHost, type HeaderList, type HttpStream, type RootContext } from "./host.ts";
import { cannedAnswer } from "./canned.ts";

/** What every documented Envoy configuration sets. */
const DOCUMENTED_BUFFER_LIMIT = 64 * 1024 * 1024;
const EMPTY = new Uint8Array(0);

/** A client's request. */
export interface RequestInput {
  headers: HeaderList;
  body: Uint8Array;
}

/** One line that the filter logged. */
export interface LogLine {
  level: string;
  text: string;
}

/** What the filter says to a configuration; with `ok` false `logs` has the reasons. */
export interface Configured {
  ok: boolean;
  logs: LogLine[];
}

/** A message that one side received. */
export interface Message {
  headers: HeaderList;
  body: Uint8Array;
}

/** What became of a request. */
export interface Translation {
  /** What reached the upstream; undefined when the filter answered by itself. */
  upstream: Message | undefined;
  /** What the client received: the filter's own answer, or what it makes of a small answer of the upstream. */
  client: Message;
  logs: LogLine[];
  /** Why nothing can be said: a failure of the filter, never of the request. */
  failure?: string;
}

/** What has left for the client since the last look. */
export interface Progress {
  /** Set once, when the headers leave. */
  headers?: HeaderList;
  chunks: Uint8Array[];
  ended: boolean;
  /** The client's connection was cut, or would have waited for ever. */
  broken?: string;
}

/** Settings of the VM that are not the filter's configuration. */
export interface VmSettings {
  env: Record<string, string>;
  clockMs?: number;
}

export class Session {
  private host: WasmHost | undefined;
  private root: RootContext | undefined;
  private stream: HttpStream | undefined;
  private seenChunks = 0;
  private seenHeaders = false;

  /** `module` is compiled once and must not be changed. */
  constructor(private readonly module: Uint8Array) {}

  /** Starts the filter anew with a configuration, JSON text. Throws when the module cannot be loaded. */
  configure(config: string, { env, clockMs = Date.now() }: VmSettings): Configured {
    this.stream = undefined;
    const host = WasmHost.loadSync(this.module, {
      profile: "envoy-hold",
      bufferLimit: DOCUMENTED_BUFFER_LIMIT,
      canary: false,
      traps: "model",
      hangs: "model",
      env,
      clockMs,
    });
    const root = host.addRoot(config);
    this.host = host;
    this.root = root.ok ? root : undefined;
    return { ok: root.ok, logs: takeLogs(host) };
  }

  /** Sends a request; `answer` is what the upstream says, by default a small success that fits the request. */
  translate(request: RequestInput, answer?: Message): Translation {
    const { host, root } = this.ready();
    try {
      const { upstream, client } = exchange(host, root, {
        request: { headers: request.headers, body: request.body },
        response: (seen) => answer ?? cannedAnswer(seen.header(":path") ?? "", seen.text()),
      });
      const sent = upstream.headers;
      return {
        upstream: sent === undefined ? undefined : { headers: sent, body: upstream.body() },
        client: { headers: client.headers ?? [], body: client.body() },
        logs: takeLogs(host),
      };
    } catch (error) {
      return {
        upstream: undefined,
        client: { headers: [], body: EMPTY },
        logs: takeLogs(host),
        failure: error instanceof Error ? error.message : String(error),
      };
    }
  }

  /** Sends a request and the head of the upstream's answer; its body follows by `feed`. */
  open(request: RequestInput, answer: HeaderList): Progress {
    const { host, root } = this.ready();
    this.seenChunks = 0;
    this.seenHeaders = false;
    const stream = (this.stream = host.stream(root));
    stream.requestHeaders(request.headers);
    if (!stream.over) stream.requestBody(request.body);
    if (!stream.over) stream.requestBody(EMPTY, { end: true });
    if (!stream.ignoresUpstream) stream.responseHeaders(answer);
    return this.progress(stream);
  }

  /** Sends a piece of the upstream's body. */
  feed(bytes: Uint8Array, end: boolean): Progress {
    const { stream } = this;
    if (stream === undefined) throw new Error("no answer is being played");
    if (!stream.ignoresUpstream && bytes.length > 0) stream.responseBody(bytes);
    if (!stream.ignoresUpstream && end) stream.responseBody(EMPTY, { end: true });
    return this.progress(stream);
  }

  private ready(): { host: WasmHost; root: RootContext } {
    const { host, root } = this;
    if (host === undefined || root === undefined) throw new Error("no configuration is accepted");
    return { host, root };
  }

  private progress(stream: HttpStream): Progress {
    const { client } = stream;
    const chunks = client.chunks.slice(this.seenChunks);
    this.seenChunks = client.chunks.length;
    const first = !this.seenHeaders && client.headers !== undefined;
    if (first) this.seenHeaders = true;
    const broken = stream.hung ?? (client.reset ? "the connection was reset" : undefined);
    return {
      ...(first ? { headers: client.headers as HeaderList } : {}),
      chunks,
      ended: client.ended || broken !== undefined,
      ...(broken === undefined ? {} : { broken }),
    };
  }
}

function takeLogs(host: WasmHost): LogLine[] {
  return host.logs.splice(0).map(({ level, text }) => ({ level, text }));
}
