// Scenarios that need another Envoy than that of rows.ts: small buffers, an overload manager, a listener or a process that is replaced.

import { finish, midway, pour, pourIntoEnvoy, wrongly } from "./acts.ts";
import { announced, joins, readsLate, readsNothing } from "./client_acts.ts";
import { all, both, type Row } from "./row.ts";
import { PRESSURE, SMALL_BYTES } from "./world.ts";

const SERVED = all("served");
/** 2 MiB: below what a Responses stream may keep, above what sockets hold. */
const MUCH = { count: 32, bytes: 64 * 1024 };

/** The filter does not see it: its stream has ended when it writes the answer. */
const ABOVE = "500 without a form: Internal Server Error";

const SMALL: Row[] = [
  {
    name: "clients that stop reading: the upstream is paused, and all arrives in the end",
    act: pour,
    client: readsLate,
    only: { isStream: true },
    pieces: MUCH,
    sees: SERVED,
  },
  {
    name: "an answer above Envoy's buffers",
    act: wrongly({ body: (right) => right }),
    pieces: { count: 8, bytes: SMALL_BYTES },
    sees: both({ whole: ABOVE, stream: "served" }, "served"),
  },
  {
    name: "a request above Envoy's buffers",
    client: announced(4 * SMALL_BYTES),
    sees: both("413 invalid_request_error request_too_large", "413 request_too_large"),
  },
];

const MANAGED: Row[] = [
  {
    name: "memory is short: keep-alive off",
    act: midway(async (exchange, rest, { plan: { world } }) => {
      await world.once(() => world.press(PRESSURE.keepAliveOff));
      await finish(exchange, rest);
    }),
    sees: SERVED,
  },
  {
    name: "memory is shorter: Envoy refuses new requests",
    client: joins,
    sees: all("503 overloaded_error overloaded"),
  },
  {
    name: "memory is out: Envoy resets the streams that hold most",
    act: pourIntoEnvoy,
    client: readsNothing,
    // Envoy counts what streams of HTTP/2 hold, and only them.
    only: { isStream: true, protocol: "h2" },
    pieces: MUCH,
    sees: all("cut off"),
  },
  {
    name: "the listener is replaced",
    act: midway(async (exchange, rest, { plan: { world } }) => {
      await world.once(() => world.update());
      await finish(exchange, rest);
    }),
    sees: SERVED,
  },
];

const RESTART: Row = {
  name: "hot restart: another process takes over",
  kind: "restart",
  act: midway(async (exchange, rest, { plan: { world } }) => {
    await world.once(() => world.restart());
    await finish(exchange, rest);
  }),
  sees: SERVED,
};

/** All of them. */
export const SURROUNDINGS: readonly Row[] = [
  ...SMALL.map((row) => ({ ...row, kind: "small" as const })),
  ...MANAGED.map((row) => ({ ...row, kind: "managed" as const })),
  RESTART,
];
