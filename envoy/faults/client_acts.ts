// What clients do wrong.

import type { Client } from "../harness/client.ts";
import type { Call, ClientAct } from "./call.ts";
import type { ClientStream } from "../harness/client_stream.ts";
import { TIGHT } from "./lanes.ts";
import { PATIENCE_MS, poll } from "./poll.ts";
import { PRESSURE, type World } from "./world.ts";

async function strike(call: Call, fault: () => void | Promise<void>): Promise<void> {
  await call.meeting.complete();
  await fault();
  call.meeting.strike();
}

/** Sends a part of the request, and goes away without a word when all calls are in flight. */
export const leave = (sent: "head" | "half" | "whole"): ClientAct => {
  return async (call, client) => {
    const body = call.body();
    const answer = call.open(client, sent === "whole" ? body : undefined);
    if (sent === "half") await answer.write(body.slice(0, body.length / 2));
    if (sent !== "whole") call.meeting.arrive();
    await strike(call, () => {
      call.hasLeft = true;
      answer.abort();
    });
    await answer.finished(PATIENCE_MS);
  };
};

/** Sends half of the body and then nothing. */
export const stalls: ClientAct = async (call, client) => {
  const body = call.body();
  const answer = call.open(client);
  await answer.write(body.slice(0, body.length / 2));
  call.meeting.arrive();
  await strike(call, () => undefined);
  await answer.finished(PATIENCE_MS);
};

/** Sends a body that is too large by a padding, whole. */
export const announced = (padding: number): ClientAct => {
  return async (call, client) => {
    call.meeting.arrive();
    await strike(call, () => {
      call.open(client, call.body(padding));
    });
    await call.answer.finished(PATIENCE_MS);
  };
};

/** Comes when memory is short. */
export const joins: ClientAct = async (call, client) => {
  call.meeting.arrive();
  await strike(call, async () => {
    const { world } = call.plan;
    await world.once(() => world.press(PRESSURE.refuse));
    await call.open(client, call.body()).finished(PATIENCE_MS);
  });
};

/** Reads the first text and nothing more until the upstreams of all such calls are paused. */
export const readsLate: ClientAct = async (call, client) => {
  const { world } = call.plan;
  const before = await world.allocated();
  const answer = await stopReading(call, client);
  call.meeting.arrive();
  await strike(call, () => world.once(() => paused(world, call.meeting.strikes)));
  const growth = (await world.allocated()) - before;
  const all = call.meeting.strikes * call.text.length;
  if (growth > all / 2) call.problems.push(`Envoy grew by ${growth} bytes`);
  answer.resume();
  await answer.finished(PATIENCE_MS);
};

/** Reads the first text and nothing more until Envoy has all that was sent and memory is out. */
export const readsNothing: ClientAct = async (call, client) => {
  const { world } = call.plan;
  const answer = await stopReading(call, client);
  await call.changed.until(() => call.isPoured, "all that the upstream sends");
  call.meeting.arrive();
  await strike(call, () => world.once(() => world.press(PRESSURE.reset)));
  answer.resume();
  await answer.finished(PATIENCE_MS);
};

/** Waits until Envoy reads nothing any more from so many upstreams. */
function paused(world: World, streams: number): Promise<void> {
  const counter = (word: string): Promise<number> =>
    world.statistic(`cluster.h1.upstream_flow_control_${word}_reading_total`);
  const look = async (): Promise<boolean> => {
    const [stops, starts] = await Promise.all([counter("paused"), counter("resumed")]);
    return stops - starts >= streams;
  };
  return poll(look, "a pause of the upstreams");
}

async function stopReading(call: Call, client: Client): Promise<ClientStream> {
  const answer = await call.open(client, call.body()).saw(`«${call.mark}.0`);
  answer.pause();
  return answer;
}

/** Sends a body in pieces, without its length, until there is too much of it. */
export const pours: ClientAct = async (call, client) => {
  const body = call.body(2 * TIGHT.max_request_bytes);
  const answer = call.open(client);
  await answer.write(body.slice(0, TIGHT.max_request_bytes / 2));
  call.meeting.arrive();
  await strike(call, async () => {
    await answer.write(body.slice(TIGHT.max_request_bytes / 2));
    answer.end();
  });
  await answer.finished(PATIENCE_MS);
};
