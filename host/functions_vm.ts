/**
 * The host functions that concern the VM rather than one stream: log, metrics, tick, effective context, and the few
 * WASI functions. Time and random numbers are deterministic.
 */
import { LOG_LEVELS, MetricKind, Status, type LogLevel } from "./abi.ts";
import type { Metrics } from "./metrics.ts";
import { fromUtf8, joined, utf8 } from "./octets.ts";
import type { HostFunctions, Vm } from "./vm.ts";

const WASI_OK = 0;
const WASI_BADF = 8;
const WASI_FAULT = 21;
const WASI_INVAL = 28;
const WASI_NOTSUP = 58;
const RANDOM_MAX_BYTES = 65_536;

/** One captured line; `contextId` is 0 outside a callback. */
export interface LogLine {
  level: LogLevel;
  text: string;
  contextId: number;
}

/** What the functions need of the host around the VM. */
export interface VmServices {
  readonly metrics: Metrics;
  readonly env: Readonly<Record<string, string>>;
  log(line: LogLine): void;
  /** Wall clock in nanoseconds. */
  nowNs(): bigint;
  /** The next pseudo-random byte. */
  randomByte(): number;
}

/** `proxy_log`, metrics, tick period, effective context, time. */
export function vmFunctions(vm: Vm, services: VmServices): HostFunctions {
  const { metrics } = services;
  return {
    proxy_log: (level: number, text: number, length: number) => {
      const name = LOG_LEVELS[level >>> 0];
      if (name === undefined) return Status.BadArgument;
      const bytes = vm.memory.view(text >>> 0, length >>> 0);
      if (bytes === undefined) return Status.InvalidMemoryAccess;
      services.log({
        level: name,
        text: fromUtf8(bytes),
        contextId: vm.effective?.id ?? 0,
      });
      return Status.Ok;
    },
    proxy_define_metric: (kind: number, name: number, length: number, idSlot: number) => {
      if (kind >>> 0 > MetricKind.Histogram) return Status.BadArgument;
      const text = vm.memory.text(name >>> 0, length >>> 0);
      if (text === undefined) return Status.InvalidMemoryAccess;
      const stored = vm.memory.writeU32(idSlot >>> 0, metrics.define(kind, text));
      return stored ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_increment_metric: (id: number, offset: bigint) => metrics.increment(id >>> 0, offset),
    proxy_record_metric: (id: number, value: bigint) =>
      metrics.record(id >>> 0, BigInt.asUintN(64, value)),
    proxy_set_tick_period_milliseconds: (ms: number) => {
      vm.effective?.setTickPeriod(ms >>> 0);
      return Status.Ok;
    },
    proxy_set_effective_context: (id: number) => {
      const context = vm.contexts.get(id >>> 0);
      if (context === undefined) return Status.BadArgument;
      vm.effective = context;
      return Status.Ok;
    },
    proxy_get_current_time_nanoseconds: (slot: number) =>
      vm.memory.writeU64(slot >>> 0, services.nowNs()) ? Status.Ok : Status.InvalidMemoryAccess,
  } as HostFunctions;
}

/** WASI: clock, random, and writing to the two output streams. */
export function wasiFunctions(vm: Vm, services: VmServices): HostFunctions {
  return {
    ...environmentFunctions(vm, services.env),
    clock_time_get: (clock: number, _precision: bigint, slot: number) => {
      if (clock !== 0 && clock !== 1) return WASI_NOTSUP;
      return vm.memory.writeU64(slot >>> 0, services.nowNs()) ? WASI_OK : WASI_FAULT;
    },
    random_get: (start: number, length: number) => {
      if (length >>> 0 > RANDOM_MAX_BYTES) return WASI_INVAL;
      const bytes = Uint8Array.from({ length: length >>> 0 }, () => services.randomByte());
      return vm.memory.write(start >>> 0, bytes) ? WASI_OK : WASI_FAULT;
    },
    fd_write: (fd: number, vectors: number, count: number, writtenSlot: number) =>
      writeStream(vm, services, {
        fd,
        vectors: vectors >>> 0,
        count,
        writtenSlot: writtenSlot >>> 0,
      }),
  } as HostFunctions;
}

function environmentFunctions(vm: Vm, env: Readonly<Record<string, string>>): HostFunctions {
  const entries = Object.entries(env).map(([key, value]) => utf8(`${key}=${value}\0`));
  const total = entries.reduce((sum, entry) => sum + entry.length, 0);
  return {
    environ_sizes_get: (countSlot: number, sizeSlot: number) => {
      const counted = vm.memory.writeU32(countSlot >>> 0, entries.length);
      return counted && vm.memory.writeU32(sizeSlot >>> 0, total) ? WASI_OK : WASI_FAULT;
    },
    environ_get: (pointers: number, block: number) => {
      let at = block >>> 0;
      for (const [index, entry] of entries.entries()) {
        const slot = (pointers >>> 0) + index * 4;
        if (!vm.memory.writeU32(slot, at) || !vm.memory.write(at, entry)) return WASI_FAULT;
        at += entry.length;
      }
      return WASI_OK;
    },
  } as HostFunctions;
}

interface WriteCall {
  fd: number;
  vectors: number;
  count: number;
  writtenSlot: number;
}

function writeStream(vm: Vm, services: VmServices, call: WriteCall): number {
  if (call.fd !== 1 && call.fd !== 2) return WASI_BADF;
  const parts: Uint8Array[] = [];
  for (let index = 0; index < call.count; index++) {
    const vector = vm.memory.view(call.vectors + index * 8, 8);
    if (vector === undefined) return WASI_FAULT;
    const view = new DataView(vector.buffer, vector.byteOffset, 8);
    const part = vm.memory.view(view.getUint32(0, true), view.getUint32(4, true));
    if (part === undefined) return WASI_FAULT;
    parts.push(part);
  }
  const bytes = joined(parts);
  services.log({
    level: call.fd === 1 ? "info" : "error",
    text: fromUtf8(bytes),
    contextId: vm.effective?.id ?? 0,
  });
  return vm.memory.writeU32(call.writtenSlot, bytes.length) ? WASI_OK : WASI_FAULT;
}
