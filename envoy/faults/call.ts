// One call: a request with a mark of its own, and what is known of it at both ends. The same mark is in the request's body, in a header,
// in the client's key and in every piece of the answer, so whatever is mixed up shows.

import type { Client } from "../harness/client.ts";
import type { ClientStream, RequestHead } from "../harness/client_stream.ts";
import type { Exchange } from "../upstream/exchange.ts";
import { headerOf } from "../upstream/exchange.ts";
import { Signal } from "../harness/wait.ts";
import { KEYS } from "./lanes.ts";
import type { Meeting } from "./meeting.ts";
import { PATIENCE_MS } from "./poll.ts";
import { marksIn, objectsOf, piecesOf, type Surface } from "./surfaces.ts";
import type { World } from "./world.ts";

/** What varies between the calls of a row. */
export interface Shape {
  surface: Surface;
  isStream: boolean;
  protocol: "h1" | "h2";
  tenant: Tenant;
}

/** Profiles of lanes.ts: the client's own key, one of two of the configuration, and one with small limits. */
export type Tenant = "own" | "a" | "b" | "tight";

/** What the upstream does with a call. */
export type Act = (exchange: Exchange, call: Call, attempt: number) => Promise<void>;

/** What the client does with a call; by default it sends everything and reads to the end. */
export type ClientAct = (call: Call, client: Client) => Promise<void>;

/** What all calls of one kind in a row have in common. */
export interface Plan {
  lane: string;
  act: Act;
  meeting: Meeting;
  world: World;
  /** pieces of the answer's text */
  pieces: { count: number; bytes: number };
}

/** One call. The row's runner makes it and asks it at the end. */
export class Call {
  /** set when the request was begun */
  answer!: ClientStream;
  /** what the upstream saw that should not be */
  readonly problems: string[] = [];
  attempts = 0;
  /** the client went away */
  hasLeft = false;

  /** the generation of the configuration that it went through last; 0: none said so */
  generation = 0;
  /** the upstream has written all that it will write */
  isPoured = false;
  /** says that an attempt came upstream or that all is written */
  readonly changed = new Signal();

  constructor(
    readonly mark: string,
    readonly shape: Shape,
    readonly plan: Plan,
  ) {}

  get meeting(): Meeting {
    return this.plan.meeting;
  }

  /** The pieces of the answer's text. */
  get pieces(): string[] {
    return piecesOf(this.mark, this.plan.pieces);
  }

  /** The text of a whole answer. */
  get text(): string {
    return this.pieces.join("");
  }

  /** What must be in the header of the upstream's key. */
  get expectedKey(): string {
    const { tenant } = this.shape;
    if (tenant === "a") return KEYS.KEY_A;
    return tenant === "b" ? KEYS.KEY_B : this.clientKey;
  }

  /** What the client authenticates with. */
  get clientKey(): string {
    return `sk-client-${this.mark}`;
  }

  /** The head of the request; names of ours are sent as a client would fake them. */
  head(): RequestHead {
    const { surface, tenant } = this.shape;
    return {
      path: surface.path,
      headers: {
        ...surface.headers,
        "content-type": "application/json",
        authorization: `Bearer ${this.clientKey}`,
        cookie: `session=${this.clientKey}`,
        "x-mark": this.mark,
        "x-lane": this.plan.lane,
        "x-tenant": tenant,
        "x-bridge-lane": "forged",
        "x-bridge-model": "forged",
      },
    };
  }

  /** The body of the request; `padding` makes it longer. */
  body(padding = 0): string {
    const { surface, isStream } = this.shape;
    return JSON.stringify(surface.body(`mark ${this.mark} ${"p".repeat(padding)}`, isStream));
  }

  /** Begins the request; with a body, sends it whole. */
  open(client: Client, body?: string): ClientStream {
    this.answer = client.open({ ...this.head(), ...(body === undefined ? {} : { body }) });
    return this.answer;
  }

  /** Notes what the upstream got that is not this call's. */
  inspect({ received }: Exchange): void {
    this.attempts += 1;
    const body = Buffer.concat(received.chunks).toString();
    this.generation = Number(/claude-generation-(\d+)/.exec(body)?.[1] ?? 0);
    const heads = received.headers.map(([name, value]) => `${name}: ${value}`);
    const marks = new Set(`${body}\n${heads.join("\n")}`.match(/\bm\d+x\w+/g));
    if (marks.size !== 1 || !body.includes(`mark ${this.mark} `))
      this.problems.push(`marks upstream: ${[...marks].join(", ")}`);
    const key = headerOf(received.headers, "x-api-key");
    if (key !== this.expectedKey) this.problems.push(`key upstream: ${key}`);
    const secrets = heads.filter((line) => /sk-client-|canary-/.test(line));
    if (secrets.length !== 1) this.problems.push(`credentials upstream: ${secrets.join(", ")}`);
    if (heads.some((line) => /^x-bridge-/i.test(line))) this.problems.push("x-bridge-* upstream");
    this.changed.notify();
  }

  /** What must be true whatever happened; the first thing that is not, or undefined. */
  problem(): string | undefined {
    const foreign = [...marksIn(this.answer.text)].filter((mark) => mark !== this.mark);
    if (foreign.length > 0) return `text of ${foreign.join(", ")}`;
    const heads = this.answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
    if (/sk-client-|canary-/.test(this.answer.text + heads)) return "a credential in the answer";
    return this.problems[0];
  }

  /**
   * What the client sees, in the words of the tables: "served", "503 overloaded_error overloaded", "in stream: server_error …",
   * "cut off", "ends short" (in an orderly way, without its end), "passed on" (as it came: 200, and neither an error nor an answer that a client can read).
   */
  seen(): string {
    const { answer, shape } = this;
    const { text, isComplete, errors } = shape.surface.read(objectsOf(answer.text));
    const looksWhole = isComplete || shape.surface.endMark.test(answer.text);
    const isWhole = looksWhole && answer.outcome === "complete" && text === this.text;
    if (isWhole && errors.length === 0 && answer.status === 200) return "served";
    if (looksWhole) return `looks complete: ${answer.status} ${answer.outcome} ${answer.text}`;
    if (this.hasLeft) return "gone";
    return errors.length > 0 ? errorIn(answer, errors) : endOf(answer);
  }
}

function errorIn({ status }: ClientStream, errors: string[]): string {
  return `${status === 200 ? "in stream:" : status} ${errors.join(", ")}`;
}

/** How an answer without an error ends that is not what it should be. */
function endOf(answer: ClientStream): string {
  if (answer.outcome === "open") return "hangs";
  if (answer.status === 0) return "no answer";
  if (answer.status !== 200) return `${answer.status} without a form: ${answer.text}`;
  if (answer.outcome === "broken") return "cut off";
  const isRead = answer.header("content-type")?.startsWith("text/event-stream") === true;
  return isRead && answer.header("content-encoding") === undefined ? "ends short" : "passed on";
}

/** Sends the whole request and reads to the end. */
export const askAll: ClientAct = async (call, client) => {
  await call.open(client, call.body()).finished(PATIENCE_MS);
};
