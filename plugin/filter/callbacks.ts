/**
 * The functions that the host calls: look up, call, drop scratch memory, return an action. Contexts that we do not know
 * (a log-only context, one that went without memory) get a neutral answer. Source: docs/hosts.md.
 */
import { detectHost, enter, leave, noteStart, onNginx } from "../abi/nginx";
import { dropScratch } from "../abi/memory";
import { Action } from "../abi/numbers";
import { addRoot, addStream, dropRoot, dropStream, findRoot, findStream } from "./registry";
import { onRequestBody, onRequestHeaders, onRequestTrailers } from "./request_phase";
import { onResponseBody, onResponseHeaders, onResponseTrailers } from "./response_phase";
import { closeRoot, configure } from "./root";
import { closeStream } from "./close";
import {
  nginxCreate,
  nginxDelete,
  nginxRequestBody,
  nginxRequestHeaders,
  nginxResponseBody,
  nginxResponseHeaders,
} from "./nginx_callbacks";
import { settleOutcome } from "./outcome";
import { refuseUnknown } from "./reply";
import { startTiming, stopTiming } from "./timing";
import { watchHeldRequests } from "./tick";

/** ABI marker; never called. */
export function proxy_abi_version_0_2_1(): void {}

/** A root context (parent 0) or a stream of one. */
export function proxy_on_context_create(id: u32, parent: u32): void {
  if (parent == 0) {
    if (findRoot(id) == null) addRoot(id);
    return;
  }
  if (onNginx) {
    nginxCreate(id, parent);
    return;
  }
  const root = findRoot(parent);
  if (root != null) addStream(id, root);
}

/** Nothing is read from the VM configuration. */
export function proxy_on_vm_start(_root: u32, _size: u32): u32 {
  noteStart();
  return 1;
}

/** Reads the plugin configuration; 0 refuses it. */
export function proxy_on_configure(id: u32, size: u32): u32 {
  detectHost();
  const root = findRoot(id);
  const isUsable = enter(null);
  const accepted = root != null && isUsable && configure(root, size);
  dropScratch();
  leave();
  return accepted ? 1 : 0;
}

/** Looks for held requests that the host does not hold. */
export function proxy_on_tick(id: u32): void {
  const root = findRoot(id);
  if (root != null) watchHeldRequests(root);
  dropScratch();
}

export function proxy_on_request_headers(id: u32, _count: u32, end: u32): u32 {
  if (onNginx) {
    nginxRequestHeaders(id);
    return Action.Continue;
  }
  const stream = findStream(id);
  const started = startTiming(stream);
  const action = stream == null ? refuseUnknown() : onRequestHeaders(stream, end != 0);
  stopTiming(id, started);
  dropScratch();
  return action;
}

export function proxy_on_request_body(id: u32, size: u32, end: u32): u32 {
  if (onNginx) {
    nginxRequestBody(id, size);
    return Action.Continue;
  }
  const stream = findStream(id);
  const started = startTiming(stream);
  const action = stream == null ? Action.Continue : onRequestBody(stream, size, end != 0);
  stopTiming(id, started);
  dropScratch();
  return action;
}

export function proxy_on_request_trailers(id: u32, _count: u32): u32 {
  const stream = findStream(id);
  const started = startTiming(stream);
  const action = stream == null ? Action.Continue : onRequestTrailers(stream);
  stopTiming(id, started);
  dropScratch();
  return action;
}

export function proxy_on_response_headers(id: u32, _count: u32, end: u32): u32 {
  if (onNginx) {
    nginxResponseHeaders(id);
    return Action.Continue;
  }
  const stream = findStream(id);
  const started = startTiming(stream);
  const action = stream == null ? Action.Continue : onResponseHeaders(stream, end != 0);
  stopTiming(id, started);
  if (end != 0) settle(id);
  dropScratch();
  return action;
}

export function proxy_on_response_body(id: u32, size: u32, end: u32): u32 {
  if (onNginx) {
    nginxResponseBody(id, size, end != 0);
    return Action.Continue;
  }
  const stream = findStream(id);
  const started = startTiming(stream);
  const action = stream == null ? Action.Continue : onResponseBody(stream, size, end != 0);
  stopTiming(id, started);
  if (end != 0) settle(id);
  dropScratch();
  return action;
}

export function proxy_on_response_trailers(id: u32, _count: u32): u32 {
  const stream = findStream(id);
  const started = startTiming(stream);
  const action = stream == null ? Action.Continue : onResponseTrailers(stream);
  stopTiming(id, started);
  settle(id);
  dropScratch();
  return action;
}

/** The answer is out. The stream is looked up again: an output above the host's limit ends it inside of the callback. */
function settle(id: u32): void {
  const stream = findStream(id);
  if (stream != null) settleOutcome(stream);
}

/** The host writes its access log next: an exchange without an answer ends here. */
export function proxy_on_log(id: u32): void {
  settle(id);
  dropScratch();
}

export function proxy_on_done(_id: u32): u32 {
  return 1;
}

/** The only place where a context is freed. */
export function proxy_on_delete(id: u32): void {
  const stream = findStream(id);
  if (stream != null) {
    if (onNginx) {
      nginxDelete(stream);
      return;
    }
    closeStream(stream);
    dropStream(stream);
    return;
  }
  const root = findRoot(id);
  if (root == null) return;
  if (enter(null)) {
    closeRoot(root);
    dropRoot(root);
  }
  leave();
}
