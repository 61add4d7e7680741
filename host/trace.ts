/**
 * Every crossing between host and module as text, in the form of Envoy's `wasm:trace` lines, and the normaliser that
 * makes two such logs comparable. Follows the host notes, section 6.4.
 */
import { POINTER_ARGUMENTS } from "./abi.ts";

/** A crossing in either direction, taken out of a log line. */
const CROSSING = /\[(host->vm|host<-vm|vm->host|vm<-host)\] (.*)$/;
const CALL = /^([\w.]+)\((.*)\)$/;
const RETURN = /^([\w.]+) return: (.*)$/;
/** Their first argument is an id that each VM hands out by itself; it is masked like an address. */
const METRIC_CALLS = /proxy_(increment|record)_metric$/;
const ALLOCATORS = new Set(["proxy_on_memory_allocate", "malloc"]);

/** Formats the arguments of a crossing: unsigned, as the engine of the real host prints them. */
export function formatArguments(args: readonly (number | bigint)[]): string {
  return args
    .map((arg) => (typeof arg === "bigint" ? BigInt.asUintN(64, arg) : arg >>> 0).toString())
    .join(", ");
}

interface Crossing {
  direction: string;
  name: string;
  /** Arguments of a call, undefined for a return. */
  args: string[] | undefined;
  result: string;
}

/**
 * Makes trace lines of the model and of a real host comparable: lines that hold no crossing, allocator calls, idle
 * ticks and the final shutdown are dropped, and of all that comes before the first stream only the last start of each
 * root context stays; context ids are renumbered in order of appearance, addresses and header counts masked.
 */
export function normaliseTrace(lines: Iterable<string>): string[] {
  const crossings: Crossing[] = [];
  for (const line of lines) {
    const crossing = parse(line);
    if (crossing !== undefined && !ALLOCATORS.has(crossing.name)) crossings.push(crossing);
  }
  const kept = withoutShutdown(withoutIdleTicks(onlyLastStarts(crossings)));
  const ids = new Map<string, string>();
  return kept.map((crossing) => format(crossing, ids));
}

function parse(line: string): Crossing | undefined {
  const found = CROSSING.exec(line.trimEnd());
  if (found === null) return undefined;
  const [, direction = "", rest = ""] = found;
  const call = CALL.exec(rest);
  if (call !== null) {
    const args = call[2] === "" ? [] : (call[2] ?? "").split(/,\s*/);
    return { direction, name: call[1] ?? "", args, result: "" };
  }
  const end = RETURN.exec(rest);
  return end === null
    ? undefined
    : { direction, name: end[1] ?? "", args: undefined, result: end[2] ?? "" };
}

function isEntry(crossing: Crossing, name: string): boolean {
  return crossing.direction === "host->vm" && crossing.name === name;
}

function isStreamCreate(crossing: Crossing): boolean {
  return isEntry(crossing, "proxy_on_context_create") && crossing.args?.[1] !== "0";
}

function isRootCreate(crossing: Crossing): boolean {
  return isEntry(crossing, "proxy_on_context_create") && crossing.args?.[1] === "0";
}

/** Keeps, of what comes before the first stream, the last start of each root id. */
function onlyLastStarts(crossings: Crossing[]): Crossing[] {
  const first = crossings.findIndex(isStreamCreate);
  const streamsFrom = first < 0 ? crossings.length : first;
  const starts = new Map<string, Crossing[]>();
  let current: Crossing[] | undefined;
  for (const crossing of crossings.slice(0, streamsFrom)) {
    if (isRootCreate(crossing)) {
      const id = crossing.args?.[0] ?? "";
      current = [];
      starts.set(id, current);
    }
    current?.push(crossing);
    if (crossing.direction === "host<-vm" && crossing.name === "proxy_on_configure") {
      current = undefined;
    }
  }
  return [...[...starts.values()].flat(), ...crossings.slice(streamsFrom)];
}

/** Drops ticks in which no answer was sent: how many there are depends on the clock alone. */
function withoutIdleTicks(crossings: Crossing[]): Crossing[] {
  const kept: Crossing[] = [];
  let tickStart = -1;
  let answered = false;
  for (const crossing of crossings) {
    if (isEntry(crossing, "proxy_on_tick")) {
      tickStart = kept.length;
      answered = false;
    }
    kept.push(crossing);
    if (crossing.name.endsWith("proxy_send_local_response")) answered = true;
    if (crossing.direction === "host<-vm" && crossing.name === "proxy_on_tick" && !answered) {
      kept.length = tickStart;
    }
  }
  return kept;
}

/** Drops the deletion of root contexts at the very end: a real host says goodbye to them when it stops. */
function withoutShutdown(crossings: Crossing[]): Crossing[] {
  const roots = new Set(crossings.filter(isRootCreate).map(({ args }) => args?.[0]));
  let end = crossings.length;
  while (end > 0) {
    const { direction, name, args } = crossings[end - 1] as Crossing;
    if (!/^proxy_on_(done|delete)$/.test(name)) break;
    if (direction === "host->vm" && !roots.has(args?.[0])) break;
    end--;
  }
  // The walk also took the return of the last call that is not part of the shutdown.
  const last = crossings[end - 1];
  const next = crossings[end];
  const isItsReturn = next?.direction === "host<-vm" && next.name === last?.name;
  return crossings.slice(0, isItsReturn ? end + 1 : end);
}

function format(crossing: Crossing, ids: Map<string, string>): string {
  const { direction, name, args, result } = crossing;
  if (args === undefined) return `[${direction}] ${name} return: ${result}`;
  const shown =
    direction === "host->vm"
      ? callbackArguments(name, args, ids)
      : importArguments(name, args, ids);
  return `[${direction}] ${name}(${shown.join(", ")})`;
}

function callbackArguments(name: string, args: string[], ids: Map<string, string>): string[] {
  const shown = args.map((arg, index) => (index === 0 ? renumber(arg, ids) : arg));
  if (name === "proxy_on_context_create") shown[1] = renumber(args[1] ?? "0", ids);
  // Envoy adds request ids, forwarding headers and the like: the count is not ours to compare.
  if (/_(headers|trailers)$/.test(name)) shown[1] = "#";
  return shown;
}

function importArguments(name: string, args: string[], ids: Map<string, string>): string[] {
  if (name === "env.proxy_set_effective_context") return [renumber(args[0] ?? "0", ids)];
  const known = POINTER_ARGUMENTS[name] ?? [];
  const pointers = METRIC_CALLS.test(name) ? [...known, 0] : known;
  return args.map((arg, index) => (pointers.includes(index) && arg !== "0" ? "*" : arg));
}

function renumber(id: string, ids: Map<string, string>): string {
  if (id === "0") return id;
  const known = ids.get(id);
  if (known !== undefined) return known;
  const next = String(ids.size + 1);
  ids.set(id, next);
  return next;
}
