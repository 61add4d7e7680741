// Waiting for what nobody tells, as Envoy's statistics.

import { setImmediate as soon } from "node:timers/promises";
import { DEADLINE_MS } from "../harness/wait.ts";

/** Asks until `probe` holds. Rejects after a deadline, naming `what`. */
export async function poll(probe: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (!(await probe())) {
    if (performance.now() > end) throw new Error(`waited ${DEADLINE_MS} ms in vain for ${what}`);
    await soon();
  }
}
