/**
 * The companion plugin as `apisix/plugins/messages-bridge-companion.lua` has it, step by step: it puts what was handed over in its place and fails
 * closed when nothing was. Kept in step with the Lua file by the suite that runs that one in a real nginx.
 */
import type { HeaderMap } from "./headers.ts";
import type { NginxContext } from "./nginx_context.ts";
import { utf8 } from "./octets.ts";

/** What the client gets when the filter did not keep its promise. */
export const COMPANION_ERROR =
  '{"error":{"message":"The gateway\'s filter did not finish its work on this request.",' +
  '"type":"server_error","param":null,"code":"gateway_failed"}}';

const BETAS = "anthropic-beta";
const EMPTY = new Uint8Array(0);

export class Companion {
  private promised = false;
  private closed = false;
  private told = false;

  constructor(private readonly variables: NginxContext) {}

  /** Phase rewrite, before the filter, which sees the first of several headers of one name only. */
  rewrite(): void {
    const map = this.variables.requestMap;
    const betas = map?.pairs.filter(([name]) => name === BETAS).map(([, value]) => value) ?? [];
    if (betas.length > 1) map?.replace(BETAS, betas.join(","));
    this.variables.setVariable("bridge_ready", "1");
  }

  /** Phase access, behind the filter: the new body, or undefined to leave it; "failed" when one was promised. */
  access(): Uint8Array | "failed" | undefined {
    const mode = this.variables.text("bridge_mode");
    const body = this.take("bridge_req_body");
    if (body === undefined && mode === "translate") return "failed";
    this.promised = mode !== "";
    return body;
  }

  /** Phase header_filter, behind the filter. */
  headerFilter(map: HeaderMap): void {
    if (!this.promised || this.variables.text("bridge_resp_mode") !== "") return;
    this.closed = true;
    map.replace(":status", "502");
    map.remove("content-length");
    map.remove("content-encoding");
    map.replace("content-type", "application/json");
  }

  /** Phase body_filter, behind the filter: what goes on in the place of a piece, and whether the answer ends with it. */
  bodyFilter(piece: Uint8Array, end: boolean): { bytes: Uint8Array; end: boolean } {
    if (this.closed) {
      const bytes = this.told ? EMPTY : utf8(COMPANION_ERROR);
      this.told = true;
      return { bytes, end };
    }
    const bytes = this.take("bridge_resp_body");
    if (bytes !== undefined) return { bytes, end };
    const passes = !this.promised || this.variables.text("bridge_resp_mode") === "pass";
    return passes ? { bytes: piece, end } : { bytes: EMPTY, end: true };
  }

  /** What was handed over, without its mark; undefined: nothing. */
  private take(name: string): Uint8Array | undefined {
    const value = this.variables.variable(name);
    if (value === undefined || value.length === 0) return undefined;
    this.variables.setVariable(name, EMPTY);
    return value.subarray(1);
  }
}
