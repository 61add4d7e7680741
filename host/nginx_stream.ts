/**
 * One exchange in nginx with APISIX's Wasm module and, where it is on the route, the companion plugin: phases rewrite, access,
 * header_filter and body_filter. Nothing is ever held. Follows the host notes, 3.2 and 3.3, and what was seen on the real module.
 */
import type { CallbackName } from "./abi.ts";
import { Companion, COMPANION_ERROR } from "./companion.ts";
import type { LocalReply } from "./context.ts";
import { MisuseError, TrapError, UsageError } from "./errors.ts";
import { HeaderMap } from "./headers.ts";
import { BODY, NginxContext, nginxRequestMap } from "./nginx_context.ts";
import { joined, utf8 } from "./octets.ts";
import type { HeaderList } from "./pairs.ts";
import { directReplyHeaders } from "./replies.ts";
import type { RootContext } from "./root.ts";
import { HttpStream, toBytes, type EndFlag, type StreamHost } from "./stream.ts";
import type { StreamContext, StreamOptions, StreamParts } from "./stream_context.ts";

const EMPTY = new Uint8Array(0);
const OPT_IN = { request: "wasm_process_req_body", response: "wasm_process_resp_body" } as const;

/** The companion of a route: whether its variables exist, and whether it runs. */
export interface CompanionState {
  declared: boolean;
  active: boolean;
}

export class NginxStream extends HttpStream {
  declare readonly context: NginxContext;
  private readonly companion: Companion | undefined;
  private readonly body: Uint8Array[] = [];
  private takesRequest = false;
  private takesAnswer = false;
  private pending: LocalReply | undefined;

  /** Not for tests: streams come from the host. */
  constructor(host: StreamHost, root: RootContext, options: StreamOptions, state: CompanionState) {
    super(host, root, options);
    this.context.declare(state.declared || state.active, Object.keys(options.properties ?? {}));
    this.companion = state.active ? new Companion(this.context) : undefined;
  }

  protected override createContext(parts: StreamParts, options: StreamOptions): StreamContext {
    const queueReply = (reply: LocalReply): void => void (this.pending ??= reply);
    return new NginxContext({ ...parts, queueReply }, this.root, options);
  }

  protected override takeId(): number {
    return this.vm.takeId(this.root.id);
  }

  override requestHeaders(headers: HeaderList, { end = false }: EndFlag = {}): void {
    if (this.context.requestMap !== undefined)
      throw new UsageError("request headers were sent already");
    this.context.requestMap = nginxRequestMap(headers);
    this.companion?.rewrite();
    this.create();
    if (!this.phase("proxy_on_request_headers", 0, 1)) return this.page(503);
    if (this.sendPending()) return;
    this.takesRequest = this.optedIn("request");
    if (end) this.endRequest(false);
  }

  override requestBody(bytes: Uint8Array | string, { end = false }: EndFlag = {}): void {
    if (this.ignoresUpstream) return;
    this.body.push(toBytes(bytes));
    if (end) this.endRequest(true);
  }

  override requestTrailers(): void {
    if (!this.ignoresUpstream) this.endRequest(true);
  }

  override responseHeaders(headers: HeaderList, { end = false }: EndFlag = {}): void {
    if (this.ignoresUpstream) return;
    if (this.upstream.headers === undefined)
      throw new UsageError("the upstream never saw the request");
    this.headerFilter(headers);
    if (end) this.bodyFilter(EMPTY, true);
  }

  override responseBody(bytes: Uint8Array | string, { end = false }: EndFlag = {}): void {
    if (this.ignoresUpstream) return;
    const piece = toBytes(bytes);
    if (piece.length > 0 || !end) this.bodyFilter(piece, false);
    if (end && !this.over) this.bodyFilter(EMPTY, true);
  }

  override responseTrailers(): void {
    if (!this.ignoresUpstream) this.bodyFilter(EMPTY, true);
  }

  override upstreamReset(): void {
    if (this.ignoresUpstream) return;
    if (this.context.responseMap === undefined) return this.page(502);
    // No callback says so: only done and delete come.
    this.client.reset = true;
    this.destroy();
  }

  /** nginx answers by itself, in HTML, in one piece. */
  override envoyReply(status: number, body = `<html>${status}</html>`): void {
    this.page(status, body);
  }

  override finish(): void {
    if (!this.over) this.reportHang("the stream never ended");
  }

  /** Bytes of body that the client has sent. */
  override get requestBytes(): number {
    return this.body.reduce((sum, { length }) => sum + length, 0);
  }

  protected override sayGoodbye(): void {
    this.context.gone = true;
    try {
      if (this.vm.call("proxy_on_done", this.context) === 0) {
        throw new MisuseError("proxy_on_done returned 0: an error line for each request");
      }
      this.vm.call("proxy_on_delete", this.context);
    } catch (error) {
      if (!(error instanceof TrapError) || this.host.traps === "throw") throw error;
    }
    this.vm.giveBackId(this.root.id, this.context.id);
  }

  /** Access, behind the headers: the body as a whole when the filter asked for it, then the companion. */
  private endRequest(hasBody: boolean): void {
    let body: Uint8Array = joined(this.body);
    if (this.takesRequest) {
      this.context.bodyNow = { kind: BODY.request, bytes: body };
      const good = this.phase("proxy_on_request_body", body.length, 1);
      this.context.bodyNow = undefined;
      if (!good) return this.page(503);
      if (this.sendPending()) return;
    }
    const replaced = this.companion?.access();
    if (replaced === "failed") return this.exit(500);
    body = replaced ?? body;
    const sendsBody = hasBody || replaced !== undefined;
    this.upstream.begin(this.context.upstreamHeaders(body.length, sendsBody));
    this.upstream.data(new Uint8Array(body));
    this.upstream.finish(false);
  }

  private headerFilter(headers: HeaderList): void {
    if (this.context.responseMap !== undefined)
      throw new UsageError("response headers were sent already");
    const map = (this.context.responseMap = new HeaderMap(headers, false));
    const good = this.phase("proxy_on_response_headers", 0, 1);
    // A wrapper that met a trap returns early: the body filter is not armed.
    this.takesAnswer = good && this.optedIn("response");
    this.companion?.headerFilter(map);
    this.context.headSent = true;
    this.client.begin(map.snapshot());
  }

  private bodyFilter(piece: Uint8Array, end: boolean): void {
    if (this.takesAnswer) {
      this.context.bodyNow = { kind: BODY.response, bytes: piece };
      this.phase("proxy_on_response_body", piece.length, end ? 1 : 0);
      this.context.bodyNow = undefined;
    }
    const out = this.companion?.bodyFilter(piece, end) ?? { bytes: piece, end };
    this.client.data(new Uint8Array(out.bytes));
    if (out.end) this.delivered("response");
  }

  /** A reply of the filter: its own response callbacks see it, too. */
  private sendPending(): boolean {
    const reply = this.pending;
    if (reply === undefined) return false;
    // nginx sends it in chunks.
    const headers = directReplyHeaders(reply).filter(([name]) => name !== "content-length");
    this.answerWith(reply, headers, true);
    return true;
  }

  /** A reply of the companion. */
  private exit(status: number): void {
    const headers: HeaderList = [["content-type", "application/json"]];
    const body = utf8(COMPANION_ERROR);
    const reply: LocalReply = { status, headers, body, details: "", origin: "envoy" };
    this.answerWith(reply, [[":status", String(status)], ...headers], true);
  }

  private page(status: number, body = `<html>${status}</html>`): void {
    const headers: HeaderList = [
      [":status", String(status)],
      ["content-type", "text/html"],
      ["content-length", String(utf8(body).length)],
    ];
    const bytes = utf8(body);
    this.answerWith({ status, headers, body: bytes, details: "", origin: "envoy" }, headers, false);
  }

  private answerWith(reply: LocalReply, headers: HeaderList, separate: boolean): void {
    this.reply = reply;
    this.headerFilter(headers);
    this.bodyFilter(reply.body, !separate);
    if (separate && !this.over) this.bodyFilter(EMPTY, true);
  }

  private optedIn(side: keyof typeof OPT_IN): boolean {
    const asked = this.context.text(OPT_IN[side]) !== "";
    this.context.setVariable(OPT_IN[side], "");
    return asked;
  }

  /** Calls the filter. False after a trap; the same instance goes on. Throws MisuseError for an answer that this host cannot bear. */
  private phase(name: CallbackName, first: number, second: number): boolean {
    try {
      const action = this.vm.call(name, this.context, first, second);
      if (action !== 0)
        throw new MisuseError(`${name} returned ${action}: ${consequence(name, action)}`);
      return true;
    } catch (error) {
      if (!(error instanceof TrapError) || this.host.traps === "throw") throw error;
      return false;
    }
  }
}

/** What an answer other than 0 does to a worker (the host notes, 3.3). */
function consequence(name: string, action: number): string {
  if (name.includes("response")) return "ignored, the data flows";
  if (action === 1) return "the worker dies";
  return action < 100 ? "the worker spins for ever" : "another request's body may be sent";
}
