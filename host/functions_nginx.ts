/**
 * The host functions of nginx's Wasm module where they differ from Envoy's. What would end the worker, or its connection to a client, is
 * a failure of the test. Follows the host notes, 3.4 to 3.6, and what was seen on the real module.
 */
import { BufferType, MapType, Status } from "./abi.ts";
import { MisuseError } from "./errors.ts";
import { NginxContext } from "./nginx_context.ts";
import { latin1 } from "./octets.ts";
import { decodePairs, encodePairs } from "./pairs.ts";
import type { HostFunctions, Vm } from "./vm.ts";

/** Up to this many headers of an answer the list is right; behind, lengths are whatever memory held. */
const LISTED_HEADERS = 20;
const GARBAGE = 0x7f7f7f7f;
const NOTHING = new Uint8Array(0);

/** Every function that this host has in another way. */
export function nginxFunctions(vm: Vm): HostFunctions {
  return {
    ...bodyFunctions(vm),
    ...readFunctions(vm),
    ...editFunctions(vm),
    ...variableFunctions(vm),
    ...replyFunctions(vm),
    // Metrics lead nowhere; ids are not written.
    proxy_define_metric: () => Status.Ok,
    proxy_increment_metric: () => Status.Ok,
    proxy_record_metric: () => Status.Ok,
    proxy_set_effective_context: () => Status.Ok,
    proxy_set_tick_period_milliseconds: () => Status.Unimplemented,
    proxy_get_current_time_nanoseconds: () => Status.Unimplemented,
  } as HostFunctions;
}

function streamOf(vm: Vm): NginxContext | undefined {
  const context = vm.effective;
  return context instanceof NginxContext && !context.gone ? context : undefined;
}

/** As the module does: an empty value leaves the address as it was. */
function hand(vm: Vm, bytes: Uint8Array, pointerSlot: number, sizeSlot: number): number {
  if (bytes.length > 0) return vm.memory.hand(bytes, pointerSlot >>> 0, sizeSlot >>> 0);
  return vm.memory.writeU32(sizeSlot >>> 0, 0) ? Status.Ok : Status.InvalidMemoryAccess;
}

function bodyFunctions(vm: Vm): HostFunctions {
  return {
    proxy_set_buffer_bytes: () => Status.Unimplemented,
    proxy_get_buffer_bytes: (
      kind: number,
      start: number,
      size: number,
      pointerSlot: number,
      sizeSlot: number,
    ) => {
      if (kind === BufferType.PluginConfig) {
        const config = vm.effective?.configuration() ?? NOTHING;
        return config.length === 0 ? Status.NotFound : hand(vm, config, pointerSlot, sizeSlot);
      }
      const body = streamOf(vm)?.currentBody(kind) ?? NOTHING;
      const refusal = refusedRead(kind, body.length, start, size);
      if (refusal !== undefined) return refusal;
      return hand(vm, body.subarray(start, start + size), pointerSlot, sizeSlot);
    },
  } as HostFunctions;
}

/** The status of a read that the module refuses; sizes are signed there, so 0xFFFFFFFF is. */
function refusedRead(
  kind: number,
  length: number,
  start: number,
  size: number,
): number | undefined {
  if (kind !== BufferType.RequestBody && kind !== BufferType.ResponseBody)
    return Status.Unimplemented;
  if (length === 0) return Status.NotFound;
  return start < 0 || size <= 0 || start >= length ? Status.BadArgument : undefined;
}

function readFunctions(vm: Vm): HostFunctions {
  return {
    proxy_get_header_map_value: (
      kind: number,
      key: number,
      keyLength: number,
      pointerSlot: number,
      sizeSlot: number,
    ) => {
      if (kind !== MapType.RequestHeaders && kind !== MapType.ResponseHeaders)
        return Status.Unimplemented;
      const name = vm.memory.text(key >>> 0, keyLength >>> 0)?.toLowerCase();
      if (name === undefined) return Status.InvalidMemoryAccess;
      if (kind === MapType.RequestHeaders && name === ":authority") {
        throw new MisuseError(":authority read: a request without Host ends the worker");
      }
      const stream = streamOf(vm);
      if (stream === undefined) return Status.BadArgument;
      const value = stream.map(kind)?.get(name);
      if (value === undefined) return Status.NotFound;
      return hand(vm, latin1(value), pointerSlot, sizeSlot);
    },
    proxy_get_header_map_pairs: (kind: number, pointerSlot: number, sizeSlot: number) => {
      if (kind === MapType.RequestHeaders) {
        throw new MisuseError("request headers listed: a request without Host ends the worker");
      }
      if (kind !== MapType.ResponseHeaders) return Status.Unimplemented;
      const pairs = streamOf(vm)?.map(kind)?.pairs ?? [];
      const bytes = new Uint8Array(encodePairs(pairs));
      const lengths = new DataView(bytes.buffer);
      for (let index = LISTED_HEADERS; index < pairs.length; index++) {
        lengths.setUint32(4 + index * 8, GARBAGE, true);
        lengths.setUint32(8 + index * 8, GARBAGE, true);
      }
      return hand(vm, bytes, pointerSlot, sizeSlot);
    },
  } as HostFunctions;
}

function editFunctions(vm: Vm): HostFunctions {
  type Edit = "replace" | "add" | "remove";
  const edit =
    (how: Edit) =>
    (kind: number, key: number, keyLength: number, value: number, valueLength: number) => {
      if (kind !== MapType.RequestHeaders && kind !== MapType.ResponseHeaders)
        return Status.Unimplemented;
      const name = vm.memory.text(key >>> 0, keyLength >>> 0);
      const text = how === "remove" ? "" : vm.memory.text(value >>> 0, (valueLength ?? 0) >>> 0);
      if (name === undefined || text === undefined) return Status.InvalidMemoryAccess;
      const stream = streamOf(vm);
      const map = stream?.map(kind);
      if (stream === undefined || map === undefined) return Status.BadArgument;
      stream.checkEdit(kind, name);
      if (how === "remove") map.remove(name);
      else map[how](name, text);
      return Status.Ok;
    };
  return {
    proxy_replace_header_map_value: edit("replace"),
    proxy_add_header_map_value: edit("add"),
    proxy_remove_header_map_value: edit("remove"),
  } as HostFunctions;
}

function variableFunctions(vm: Vm): HostFunctions {
  return {
    proxy_get_property: (
      path: number,
      pathLength: number,
      pointerSlot: number,
      sizeSlot: number,
    ) => {
      const name = vm.memory.text(path >>> 0, pathLength >>> 0);
      if (name === undefined) return Status.InvalidMemoryAccess;
      if (name === "plugin_root_id") {
        return hand(vm, latin1("messages-bridge"), pointerSlot, sizeSlot);
      }
      const stream = streamOf(vm);
      if (stream === undefined) return Status.BadArgument;
      const value = stream.variable(name);
      return value === undefined ? Status.NotFound : hand(vm, value, pointerSlot, sizeSlot);
    },
    proxy_set_property: (path: number, pathLength: number, value: number, valueLength: number) => {
      const name = vm.memory.text(path >>> 0, pathLength >>> 0);
      const bytes = vm.memory.view(value >>> 0, valueLength >>> 0);
      if (name === undefined || bytes === undefined) return Status.InvalidMemoryAccess;
      const stream = streamOf(vm);
      if (stream === undefined) return Status.BadArgument;
      return stream.setVariable(name, bytes) ? Status.Ok : Status.NotFound;
    },
  } as HostFunctions;
}

/** A reply works while the request is handled; in an answer its headers are set, and nothing else. */
function replyFunctions(vm: Vm): HostFunctions {
  return {
    proxy_send_local_response: (...args: number[]) => {
      const at = (index: number): number => (args[index] as number) >>> 0;
      const details = vm.memory.text(at(1), at(2));
      const body = vm.memory.view(at(3), at(4));
      const pairs = vm.memory.view(at(5), at(6));
      if (details === undefined || body === undefined || pairs === undefined) {
        return Status.InvalidMemoryAccess;
      }
      const stream = streamOf(vm);
      if (stream === undefined) return Status.BadArgument;
      const headers = decodePairs(pairs);
      if (stream.responseMap !== undefined) {
        for (const [name, value] of headers) stream.responseMap.add(name, value);
        return Status.Ok;
      }
      if (body.length === 0) throw new MisuseError("a reply without a body is nginx's own page");
      stream.queueReply({
        status: at(0),
        headers,
        body: new Uint8Array(body),
        details,
        origin: "filter",
      });
      return Status.Ok;
    },
  } as HostFunctions;
}
