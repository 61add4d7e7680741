// Waiting for what nobody tells, as Envoy's statistics.

import { setImmediate as soon } from "node:timers/promises";

/** How long anything may take in these rows; another process of Envoy is to start meanwhile. */
export const PATIENCE_MS = 30_000;

/** Asks until `probe` holds. Rejects after a deadline, naming `what`. */
export async function poll(probe: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await probe())) {
    if (performance.now() > end) throw new Error(`waited ${PATIENCE_MS} ms in vain for ${what}`);
    await soon();
  }
}
