// What clients do wrong.

import type { Call, ClientAct } from "./call.ts";
import { TIGHT } from "./lanes.ts";

/** Twice what the profile takes. */
const TOO_MUCH = 2 * TIGHT.max_request_bytes;

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
    await answer.finished();
  };
};

/** Sends half of the body and then nothing. */
export const stalls: ClientAct = async (call, client) => {
  const body = call.body();
  const answer = call.open(client);
  await answer.write(body.slice(0, body.length / 2));
  call.meeting.arrive();
  await strike(call, () => undefined);
  await answer.finished();
};

/** Sends a body that is too large, whole. */
export const announced: ClientAct = async (call, client) => {
  call.meeting.arrive();
  await strike(call, () => {
    call.open(client, call.body(TOO_MUCH));
  });
  await call.answer.finished();
};

/** Sends a body in pieces, without its length, until there is too much of it. */
export const pours: ClientAct = async (call, client) => {
  const body = call.body(TOO_MUCH);
  const answer = call.open(client);
  await answer.write(body.slice(0, TIGHT.max_request_bytes / 2));
  call.meeting.arrive();
  await strike(call, async () => {
    await answer.write(body.slice(TIGHT.max_request_bytes / 2));
    answer.end();
  });
  await answer.finished();
};
