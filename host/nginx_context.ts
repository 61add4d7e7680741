/**
 * A stream as nginx's Wasm module shows it: nginx variables as properties, headers by name, the body of the running callback. Knows the
 * variables that APISIX declares, and those that its configuration adds for the companion. Follows the host notes, 3.5 and 3.7.
 */
import { BufferType, MapType } from "./abi.ts";
import { MisuseError } from "./errors.ts";
import { HeaderMap } from "./headers.ts";
import { fromLatin1, latin1 } from "./octets.ts";
import type { HeaderList } from "./pairs.ts";
import { StreamContext } from "./stream_context.ts";

/** What APISIX declares for every location, as far as a filter writes it. */
const APISIX_VARIABLES = [
  "wasm_process_req_body",
  "wasm_process_resp_body",
  "upstream_uri",
  "upstream_host",
];
/** What `apisix/config.yaml` declares beside. */
const BRIDGE_VARIABLES = [
  "bridge_req_body",
  "bridge_resp_body",
  "bridge_ready",
  "bridge_mode",
  "bridge_resp_mode",
];

/** Headers of a request that only nginx may change: who does makes it read the body as the next request. */
const FRAMING: ReadonlySet<string> = new Set(["content-length", "transfer-encoding"]);

const NOTHING = new Uint8Array(0);

export class NginxContext extends StreamContext {
  /** The client's headers; `host` stands for `:authority`. */
  requestMap: HeaderMap | undefined;
  responseMap: HeaderMap | undefined;
  /** Response headers have gone to the client. */
  headSent = false;
  /** The request is over: only logging works. */
  gone = false;
  /** The body that the running callback can read. */
  bodyNow: { kind: number; bytes: Uint8Array } | undefined;
  private readonly variables = new Map<string, Uint8Array>();

  /** Declares the variables, all empty; `more` are the operator's own. */
  declare(withBridge: boolean, more: readonly string[] = []): void {
    const names = [...APISIX_VARIABLES, ...(withBridge ? BRIDGE_VARIABLES : []), ...more];
    for (const name of names) this.variables.set(name, new Uint8Array(0));
  }

  /** A declared variable; undefined when there is none of that name. */
  variable(name: string): Uint8Array | undefined {
    return this.variables.get(name.toLowerCase());
  }

  /** The variable as text; "" when it is not declared. */
  text(name: string): string {
    return fromLatin1(this.variable(name) ?? NOTHING);
  }

  /** Writes a variable; false when it is not declared. */
  setVariable(name: string, value: Uint8Array | string): boolean {
    const key = name.toLowerCase();
    if (!this.variables.has(key)) return false;
    this.variables.set(key, typeof value === "string" ? latin1(value) : new Uint8Array(value));
    return true;
  }

  /** The map of this number, where the module serves it. */
  map(kind: number): HeaderMap | undefined {
    if (kind === MapType.RequestHeaders) return this.requestMap;
    return kind === MapType.ResponseHeaders ? this.responseMap : undefined;
  }

  /** Refuses edits that are the end of a worker or of a connection. Throws MisuseError. */
  checkEdit(kind: number, name: string): void {
    const lower = name.toLowerCase();
    if (kind === MapType.ResponseHeaders) {
      if (this.headSent)
        throw new MisuseError(`${lower} written after the headers: an error line for each request`);
      return;
    }
    if (FRAMING.has(lower)) {
      throw new MisuseError(`the request's ${lower} was edited: its body becomes the next request`);
    }
    if (lower === ":authority") throw new MisuseError(":authority written: it becomes the method");
    if (lower === ":path") throw new MisuseError(":path written: its query is escaped");
  }

  /** The body that is readable now. */
  currentBody(kind: number): Uint8Array {
    return this.bodyNow?.kind === kind ? this.bodyNow.bytes : new Uint8Array(0);
  }

  /** What goes upstream: the client's headers with the path and the host that the variables say. */
  upstreamHeaders(bodyBytes: number, hasBody: boolean): HeaderList {
    const map = this.requestMap ?? new HeaderMap([], false);
    const list: HeaderList = [];
    const host = this.text("upstream_host") || (map.get("host") ?? "");
    for (const [name, value] of map.pairs) {
      if (name === ":path") list.push([name, this.text("upstream_uri") || value]);
      else if (name === "host")
        list.splice(list.findLastIndex(isPseudo) + 1, 0, [":authority", host]);
      else if (!FRAMING.has(name)) list.push([name, value]);
    }
    if (hasBody) list.push(["content-length", String(bodyBytes)]);
    return list;
  }
}

function isPseudo([name]: [string, string]): boolean {
  return name.startsWith(":");
}

/** The client's headers as nginx has them. */
export function nginxRequestMap(list: HeaderList): HeaderMap {
  return new HeaderMap(
    list.map(([name, value]) => [name === ":authority" ? "host" : name, value]),
    false,
  );
}

/** The number of a body as the ABI has it. */
export const BODY = { request: BufferType.RequestBody, response: BufferType.ResponseBody } as const;
