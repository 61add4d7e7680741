// The demo upstream as a program: tsx envoy/upstream/main.ts [--port N] [--delay MS] [--h2]. Prints its port.

import { parseArgs } from "node:util";
import { Upstream } from "./server.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    delay: { type: "string", default: "0" },
    h2: { type: "boolean", default: false },
  },
});

const upstream = await Upstream.start({
  port: Number(values.port),
  delayMs: Number(values.delay),
  protocol: values.h2 ? "h2" : "h1",
});
console.log(upstream.port);
