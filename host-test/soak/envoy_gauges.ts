// What Envoy and the module say of themselves while a soak runs.

import { setTimeout as delay } from "node:timers/promises";
import type { Envoy } from "../../envoy/harness/envoy.ts";

/** Memory and open exchanges at one moment. The last three are null without the counting module (counting.ts). */
export interface Gauges {
  /** Resident memory of the process, bytes. */
  rssBytes: number;
  /** What Envoy's allocator has given out, bytes: its own objects and buffers, not the module's memory. */
  allocatedBytes: number;
  openStreams: number;
  openUpstream: number;
  /** Contexts of the module that are not deleted. */
  openContexts: number | null;
  /** What the module's allocator has given out to contexts, the configuration's among them, bytes. */
  heldBytes: number | null;
  /** The module's memory, bytes. */
  memoryBytes: number | null;
}

const NAMES = {
  openStreams: "http.clients.downstream_rq_active",
  openUpstream: "cluster.anthropic.upstream_rq_active",
  openContexts: "wasmcustom.soak_open_contexts",
  heldBytes: "wasmcustom.soak_held_bytes",
  memoryBytes: "wasmcustom.soak_memory_bytes",
} as const;
const FILTER = `^(${Object.values(NAMES).join("|")})$`;
const DEADLINE_MS = 10_000;
const POLL_MS = 50;

/** Reads all of them. */
export async function gaugesOf(envoy: Envoy): Promise<Gauges> {
  const [usage, memory, stats] = await Promise.all([
    envoy.usage(),
    envoy.admin("/memory"),
    envoy.admin(`/stats?format=json&filter=${encodeURIComponent(FILTER)}`),
  ]);
  const { allocated } = JSON.parse(memory) as { allocated: string };
  const values = (JSON.parse(stats) as { stats: { name: string; value: number }[] }).stats;
  const value = (name: string): number | null =>
    values.find((one) => one.name === name)?.value ?? null;
  return {
    rssBytes: usage.rssBytes,
    allocatedBytes: Number(allocated),
    openStreams: value(NAMES.openStreams) ?? 0,
    openUpstream: value(NAMES.openUpstream) ?? 0,
    openContexts: value(NAMES.openContexts),
    heldBytes: value(NAMES.heldBytes),
    memoryBytes: value(NAMES.memoryBytes),
  };
}

/** Tells whether nothing is open and contexts hold what they held before there was any traffic. */
export function isClosed(now: Gauges, before: Gauges): boolean {
  const open = [now.openStreams, now.openUpstream, now.openContexts ?? 0];
  return open.every((count) => count === 0) && now.heldBytes === before.heldBytes;
}

/** Waits until everything is closed, at most ten seconds, and returns what it looks like then. */
export async function gaugesAtEnd(envoy: Envoy, before: Gauges): Promise<Gauges> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const now = await gaugesOf(envoy);
    if (isClosed(now, before) || performance.now() > deadline) return now;
    await delay(POLL_MS);
  }
}
