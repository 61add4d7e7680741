// Starts the upstream program and speaks with it. One order at a time: each is acknowledged before the next is given.

import { fork, type ChildProcess } from "node:child_process";
import { on, once } from "node:events";
import { join } from "node:path";
import type { AnswerMode } from "./inputs.ts";
import type { FromUpstream, ToUpstream } from "./upstream.ts";

/** A request as the upstream received it. Header names are in lower case; the body is UTF-8. */
export interface CapturedRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** The running upstream. */
export interface Upstream {
  readonly port: number;
  /** Sets how every later request is answered. */
  setMode(mode: AnswerMode): Promise<void>;
  /** Sends one request by `send` and returns what came in upstream beside what `send` returned. */
  captureWhile<T>(send: () => Promise<T>): Promise<{ request: CapturedRequest | null; result: T }>;
  stop(): Promise<void>;
}

/** Starts the upstream on a free port of the loopback address. The caller stops it. */
export async function startUpstream(): Promise<Upstream> {
  const child = fork(join(import.meta.dirname, "upstream.ts"), {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const port = await listeningPort(child);
  return {
    port,
    setMode: (mode) => order(child, { kind: "mode", mode }),
    captureWhile: (send) => captureWhile(child, send),
    stop: () => stop(child),
  };
}

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the upstream ended with ${code} at its start`)));
    child.once("message", (text: FromUpstream) => {
      if (text.kind === "listening") resolve(text.port);
      else reject(new Error(`the upstream said ${text.kind} before it listened`));
    });
  });
}

/** Gives one order and waits for its acknowledgement; other messages that come meanwhile are for other listeners. */
async function order(child: ChildProcess, text: ToUpstream): Promise<void> {
  child.send(text);
  for await (const [reply] of on(child, "message")) {
    if ((reply as FromUpstream).kind === "done") return;
  }
}

async function captureWhile<T>(
  child: ChildProcess,
  send: () => Promise<T>,
): Promise<{ request: CapturedRequest | null; result: T }> {
  await order(child, { kind: "capture", on: true });
  let request: CapturedRequest | null = null;
  const listen = (text: FromUpstream): void => {
    if (text.kind === "captured") request = text;
  };
  child.on("message", listen);
  try {
    const result = await send();
    // The answer may overtake the message about its request; this acknowledgement comes after both.
    await order(child, { kind: "capture", on: false });
    return { request, result };
  } finally {
    child.off("message", listen);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = child.exitCode !== null || child.signalCode !== null;
  const end = gone ? Promise.resolve() : once(child, "exit");
  if (!gone) child.kill("SIGTERM");
  await end;
}
