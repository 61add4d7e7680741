// Many streams at once that have begun and then say nothing: opens them through an Envoy and closes them again. HTTP/2 on both
// sides, so that ten thousand streams are a hundred connections and no limit on open files matters.

import { connect, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { setTimeout as delay } from "node:timers/promises";
import { CHAT, CHAT_PATH } from "../../envoy/harness/answers.ts";
import type { Envoy } from "../../envoy/harness/envoy.ts";
import { clientHeaders } from "../bench/inputs.ts";
import { ANSWER_HEADER, MARK } from "./envoy_answers.ts";

const STREAMS_PER_CONNECTION = 100;
/** Connections that open their streams at the same time: thousands of requests at once would measure the queue. */
const AT_ONCE = 4;
const LOOK_MS = 50;
const DEADLINE_MS = 120_000;
const BODY = JSON.stringify({ ...CHAT, stream: true });

/** Opens `count` streams and resolves when each has shown its first text. Returns what closes them all. */
export async function openIdle(envoy: Envoy, count: number): Promise<() => Promise<void>> {
  const sessions: ClientHttp2Session[] = [];
  const waiting = Array.from({ length: Math.ceil(count / STREAMS_PER_CONNECTION) }, (_, index) =>
    Math.min(STREAMS_PER_CONNECTION, count - index * STREAMS_PER_CONNECTION),
  );
  const opener = async (): Promise<void> => {
    for (let streams = waiting.pop(); streams !== undefined; streams = waiting.pop()) {
      const session = connect(`http://127.0.0.1:${envoy.port}`);
      sessions.push(session);
      const failed = new Promise<never>((_, reject) => session.once("error", reject));
      failed.catch(() => undefined);
      const opened = Array.from({ length: streams }, () => openOne(session));
      await Promise.race([Promise.all(opened), failed]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, opener));
  return async () => {
    for (const session of sessions) session.destroy();
    await noneActive(envoy);
  };
}

function openOne(session: ClientHttp2Session): Promise<void> {
  const stream: ClientHttp2Stream = session.request({
    ":method": "POST",
    ":path": CHAT_PATH,
    ...clientHeaders(),
    [ANSWER_HEADER]: "open",
  });
  stream.end(BODY);
  return new Promise((resolve, reject) => {
    let seen = "";
    const look = (piece: Buffer): void => {
      seen += piece.toString("latin1");
      if (!seen.includes(MARK)) return;
      stream.off("data", look);
      stream.resume();
      resolve();
    };
    stream.on("data", look);
    stream.once("error", reject);
    stream.once("close", () => reject(new Error(`a stream ended early: ${seen.slice(0, 300)}`)));
  });
}

/** Resolves when Envoy has no request in either direction. Rejects when that takes too long. */
async function noneActive(envoy: Envoy): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const stats = [...(await envoy.stats("rq_active"))];
    // The question itself is a request of the admin interface.
    const busy = stats.filter(([name, count]) => count > 0 && !name.startsWith("http.admin."));
    if (busy.length === 0) return;
    if (performance.now() > deadline) throw new Error("streams do not end");
    await delay(LOOK_MS);
  }
}
