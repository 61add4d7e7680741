/**
 * The host functions that act on a stream: headers, bodies, local replies, properties.
 * Statuses follow the host notes, section 1.5. Every address and length is unsigned and checked.
 */
import { BufferType, MapType, Status } from "./abi.ts";
import type { PrefixReplace } from "./byte_buffer.ts";
import type { PropertyValue } from "./context.ts";
import { MisuseError } from "./errors.ts";
import type { HeaderMap } from "./headers.ts";
import { utf8 } from "./octets.ts";
import { decodePairs, encodePairs } from "./pairs.ts";
import type { HostFunctions, Vm } from "./vm.ts";

const EMPTY = new Uint8Array(0);
const NOT_GRPC = 0xffffffff;
/** Buffers that exist in the ABI but never in an HTTP filter without calls of its own. */
const ABSENT_BUFFERS: ReadonlySet<number> = new Set([4, 5]);

/** Header functions that change a map: replace, add, remove. */
export function headerEditFunctions(vm: Vm): HostFunctions {
  const edit =
    (apply: (map: HeaderMap, name: string, value: string) => void) =>
    (kind: number, key: number, keyLength: number, value: number, valueLength: number) => {
      const name = vm.memory.text(key >>> 0, keyLength >>> 0);
      const text = vm.memory.text(value >>> 0, valueLength >>> 0);
      if (name === undefined || text === undefined) return Status.InvalidMemoryAccess;
      const map = mapFor(vm, kind >>> 0, "write");
      if (map === undefined) return Status.BadArgument;
      apply(map, name, text);
      vm.effective?.headersEdited(kind);
      return Status.Ok;
    };
  const remove = edit((map, name) => map.remove(name));
  return {
    proxy_replace_header_map_value: edit((map, name, value) => map.replace(name, value)),
    proxy_add_header_map_value: edit((map, name, value) => map.add(name, value)),
    proxy_remove_header_map_value: (kind: number, key: number, keyLength: number) =>
      remove(kind, key, keyLength, 0, 0),
  } as HostFunctions;
}

/** Header functions that read: one value, all pairs. */
export function headerReadFunctions(vm: Vm): HostFunctions {
  return {
    proxy_get_header_map_value: (
      kind: number,
      key: number,
      keyLength: number,
      pointerSlot: number,
      sizeSlot: number,
    ) => {
      const name = vm.memory.text(key >>> 0, keyLength >>> 0);
      if (name === undefined) return Status.InvalidMemoryAccess;
      const map = mapFor(vm, kind >>> 0, "read");
      if (map === undefined) return Status.BadArgument;
      const value = map.get(name);
      if (value === undefined) return Status.NotFound;
      return vm.memory.handText(value, pointerSlot >>> 0, sizeSlot >>> 0);
    },
    proxy_get_header_map_pairs: (kind: number, pointerSlot: number, sizeSlot: number) => {
      if (kind >>> 0 > MapType.Max) return Status.BadArgument;
      // A map that is gone reads as an empty list here, unlike for single values (measured on Envoy 1.40).
      const map = mapFor(vm, kind, "read");
      const bytes = map === undefined || map.size === 0 ? EMPTY : encodePairs(map.pairs);
      return vm.memory.hand(bytes, pointerSlot >>> 0, sizeSlot >>> 0);
    },
  } as HostFunctions;
}

function mapFor(vm: Vm, kind: number, access: "read" | "write"): HeaderMap | undefined {
  return kind > MapType.Max ? undefined : vm.effective?.headerMap(kind, access);
}

/** Body and configuration buffers. `prefix` chooses what a partial prefix replace does. */
export function bufferFunctions(vm: Vm, prefix: PrefixReplace): HostFunctions {
  const contentOf = (kind: number): Uint8Array | undefined => {
    if (ABSENT_BUFFERS.has(kind)) return undefined;
    if (kind === BufferType.PluginConfig) return vm.effective?.configuration();
    return vm.effective?.body(kind)?.view() ?? EMPTY;
  };
  return {
    proxy_get_buffer_bytes: (
      kind: number,
      start: number,
      length: number,
      pointerSlot: number,
      sizeSlot: number,
    ) => {
      if (kind >>> 0 > BufferType.Max) return Status.BadArgument;
      const content = contentOf(kind);
      if (content === undefined) return Status.NotFound;
      const from = start >>> 0;
      const bytes = content.subarray(from, from + (length >>> 0));
      return vm.memory.hand(bytes, pointerSlot >>> 0, sizeSlot >>> 0);
    },
    proxy_set_buffer_bytes: (
      kind: number,
      start: number,
      length: number,
      data: number,
      dataLength: number,
    ) => {
      if (kind >>> 0 > BufferType.Max) return Status.BadArgument;
      const bytes = vm.memory.view(data >>> 0, dataLength >>> 0);
      if (bytes === undefined) return Status.InvalidMemoryAccess;
      if (contentOf(kind) === undefined) return Status.NotFound;
      const body = vm.effective?.body(kind);
      if (body === undefined) return Status.BadArgument;
      const status = body.edit(start >>> 0, length >>> 0, bytes, prefix);
      if (status === Status.Ok) vm.effective?.bodyEdited(kind);
      return status;
    },
  } as HostFunctions;
}

/** `proxy_send_local_response`: answers at once, takes effect when the callback has returned. */
export function replyFunctions(vm: Vm): HostFunctions {
  const sendLocalResponse = (...args: number[]): number => {
    const at = (index: number): number => (args[index] as number) >>> 0;
    const details = vm.memory.text(at(1), at(2));
    const body = vm.memory.view(at(3), at(4));
    const pairs = vm.memory.view(at(5), at(6));
    if (details === undefined || body === undefined || pairs === undefined) {
      return Status.InvalidMemoryAccess;
    }
    const grpcStatus = at(7);
    if (grpcStatus !== NOT_GRPC) {
      throw new MisuseError(
        `send_local_response with gRPC status ${grpcStatus}: must be -1 for HTTP`,
      );
    }
    vm.effective?.queueReply({
      status: at(0),
      headers: decodePairs(pairs),
      body: new Uint8Array(body),
      details,
      origin: "filter",
    });
    return Status.Ok;
  };
  return { proxy_send_local_response: sendLocalResponse } as HostFunctions;
}

/** Properties and filter state. */
export function propertyFunctions(vm: Vm): HostFunctions {
  return {
    proxy_get_property: (
      path: number,
      pathLength: number,
      pointerSlot: number,
      sizeSlot: number,
    ) => {
      const name = vm.memory.text(path >>> 0, pathLength >>> 0);
      if (name === undefined) return Status.InvalidMemoryAccess;
      const value = vm.effective?.property(name);
      if (value === undefined) return Status.NotFound;
      return vm.memory.hand(serialise(value), pointerSlot >>> 0, sizeSlot >>> 0);
    },
    proxy_set_property: (path: number, pathLength: number, value: number, valueLength: number) => {
      const name = vm.memory.text(path >>> 0, pathLength >>> 0);
      const bytes = vm.memory.view(value >>> 0, valueLength >>> 0);
      if (name === undefined || bytes === undefined) return Status.InvalidMemoryAccess;
      vm.effective?.setProperty(name, new Uint8Array(bytes));
      return Status.Ok;
    },
  } as HostFunctions;
}

function serialise(value: PropertyValue): Uint8Array {
  if (typeof value === "string") return utf8(value);
  if (typeof value === "boolean") return Uint8Array.of(value ? 1 : 0);
  if (typeof value === "number" || typeof value === "bigint") {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt.asIntN(64, BigInt(value)), true);
    return bytes;
  }
  return Array.isArray(value) ? encodePairs(value) : value;
}
