/**
 * The filter itself, the .wasm that Envoy runs, driven for one configuration or one exchange. Nothing here knows files, terminals or Node.
 */
import {
  exchange,
  WasmHost,
  type Cut,
  type HeaderList,
  type RootContext,
  type SeenMessage,
} from "../host/index.ts";
import { changesOf, type Change } from "./changes.ts";

/** What every documented Envoy configuration sets. */
const BUFFER_LIMIT = 64 * 1024 * 1024;
const PROFILE_PROPERTY = "xds.route_metadata.filter_metadata.messages_bridge.profile";
const LOG_HEAD = /^messages-bridge: /;
/** A place is `$` with keys and indexes; a message follows. */
const PLACED = /^(\$(?:\.[\w-]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\])*): (.*)$/s;
/** An answer that ends any exchange whose real one nobody asked for. */
const STAND_IN = {
  id: "msg_stand_in",
  type: "message",
  role: "assistant",
  model: "stand-in",
  content: [{ type: "text", text: "" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 0, output_tokens: 0 },
};

/** One line of the filter about a configuration. */
export interface Problem {
  level: "error" | "warning";
  /** As `$.profile.auth.mode`; `$` is the whole. */
  path: string;
  message: string;
}

export interface Verdict {
  /** The filter takes the configuration. */
  ok: boolean;
  problems: Problem[];
}

/** A configuration and what its VM has around it. */
export interface Setting {
  /** The plugin configuration: its JSON text, or the value. */
  config: string | object;
  /** The VM's environment variables; absent: every one that the configuration names, as `$NAME`. */
  env?: Readonly<Record<string, string>>;
}

/** What goes through the filter. */
export interface Question extends Setting {
  /** Name of the profile, as a route's metadata would choose it. */
  profile?: string;
  /** With pseudo-headers; what is missing of them is filled in. */
  headers: HeaderList;
  body?: Uint8Array;
  /** The upstream's answer; absent: only the request is looked at. */
  response?: { headers: HeaderList; body: Uint8Array; cut?: Cut };
  /** false: without `changes`, which take a second run. */
  reasons?: boolean;
}

export interface Message {
  headers: HeaderList;
  body: Uint8Array;
}

export interface Translation {
  /** What the upstream receives; undefined when the filter answers by itself. */
  upstream: Message | undefined;
  /** What the client receives: the translated answer, or the filter's own; undefined when no answer was given. */
  client: Message | undefined;
  changes: Change[];
  /** Lines that the filter logged, with their level. */
  log: string[];
}

/** A configuration that the filter does not take. */
export class RefusedError extends Error {
  constructor(readonly problems: Problem[]) {
    super("the configuration is refused");
  }
}

/** The compiled filter. Compiling takes most of the time, so one serves any number of questions. */
export class Bridge {
  /** `wasm` is the module's binary, which must not be changed afterwards. */
  constructor(private readonly wasm: Uint8Array) {}

  /** What the filter says to a configuration, as it would to Envoy at its start. */
  check(setting: Setting): Verdict {
    const { root } = this.load(setting);
    return { ok: root.ok, problems: problemsOf(root) };
  }

  /** Runs one exchange. Throws RefusedError for a configuration that the filter does not take. */
  translate(question: Question): Translation {
    const run = this.run(question, question.response);
    const sent = run.upstream.headers !== undefined;
    const upstream = sent ? messageOf(run.upstream) : undefined;
    const isAnswered = question.response !== undefined || !sent;
    const isExplained = upstream !== undefined && question.reasons !== false;
    return {
      upstream,
      client: isAnswered ? messageOf(run.client) : undefined,
      changes: isExplained ? this.changes(question, upstream) : [],
      log: run.log,
    };
  }

  private changes(question: Question, upstream: Message): Change[] {
    const { client } = this.run({ ...question, config: withHeaders(question.config) }, undefined);
    return changesOf(textsOf(question), textsOf(upstream), client.header("x-bridge-adapted") ?? "");
  }

  private run(question: Question, response: Question["response"]): Run {
    const { host, root } = this.load(question);
    if (!root.ok) throw new RefusedError(problemsOf(root));
    const { headers, body, profile } = question;
    const result = exchange(host, root, {
      request: { headers, ...(body === undefined ? {} : { body }) },
      response: response ?? {
        headers: [
          [":status", "200"],
          ["content-type", "application/json"],
        ],
        body: JSON.stringify(STAND_IN),
      },
      ...(profile === undefined ? {} : { properties: { [PROFILE_PROPERTY]: profile } }),
    });
    const log = host.logs.slice(root.logs.length);
    return { ...result, log: log.map(({ level, text }) => `${level}: ${text}`) };
  }

  private load({ config, env }: Setting): { host: WasmHost; root: RootContext } {
    const text = typeof config === "string" ? config : JSON.stringify(config);
    const host = WasmHost.loadSync(this.wasm, {
      profile: "envoy-hold",
      bufferLimit: BUFFER_LIMIT,
      env: env ?? placeholders(text),
      hangs: "model",
      canary: false,
    });
    return { host, root: host.addRoot(text) };
  }
}

type Run = Pick<ReturnType<typeof exchange>, "upstream" | "client"> & { log: string[] };

function messageOf(seen: SeenMessage): Message {
  return { headers: seen.headers ?? [], body: seen.body() };
}

function textsOf({ headers, body }: { headers: HeaderList; body?: Uint8Array }): {
  headers: HeaderList;
  body: string;
} {
  return { headers, body: new TextDecoder().decode(body ?? new Uint8Array(0)) };
}

function problemsOf(root: RootContext): Problem[] {
  return root.logs.map(({ level, text }) => {
    const [, path = "$", message = ""] = PLACED.exec(text.replace(LOG_HEAD, "")) ?? [
      "",
      "$",
      text.replace(LOG_HEAD, ""),
    ];
    return { level: level === "critical" ? "error" : "warning", path, message };
  });
}

/** Values for the variables that a configuration names: `$NAME`, so that no real key is ever shown. */
export function placeholders(text: string): Record<string, string> {
  const names = [...text.matchAll(/"env"\s*:\s*"([^"\\]+)"/g)].map(([, name]) => name as string);
  return Object.fromEntries(names.map((name) => [name, `$${name}`]));
}

/** The configuration without what keeps `x-bridge-adapted` away. */
function withHeaders(config: string | object): string | object {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  return JSON.parse(text, (key, value: unknown) =>
    key === "response_headers" ? undefined : value,
  ) as object;
}
