/**
 * The other host: nginx with APISIX's Wasm module. It replaces no bodies through the ABI, holds nothing and never says when an exchange
 * breaks off. So bodies are handed over in nginx variables (nginx_body.ts), which a companion plugin in Lua puts in their places, and a
 * promise in `bridge_mode` lets that plugin fail closed when nothing was handed over. This file knows the host, the state of an exchange
 * and the guard against what a trap leaves behind. Source: docs/apisix.md.
 */
import { equalsLiteral, literalLen, literalPtr } from "../bytes/compare";
import { allocateZeroed, release } from "../bytes/heap";
import { HeldBytes } from "../bytes/held_bytes";
import * as L from "../bytes/literals";
import { proxy_get_property, proxy_log, proxy_set_property } from "./env";
import { LogLevel, Status } from "./numbers";
import { clearSlot, resultLen, resultPtr, SLOT, takeResult } from "./result";

/** This VM runs in nginx. Known from the first configuration on. */
export let onNginx: bool = false;

/** Where in an exchange a callback stands. */
export const enum Step {
  Request = 0,
  AnswerHead = 1,
  AnswerBody = 2,
}

/** What a stream has on this host beside its own state. */
@unmanaged
@final
export class NginxExchange {
  held: HeldBytes; // owned; bytes of the answer that the filter waits with, or a reply in its place
  step: Step;
  ready: bool; // the companion is on this route
  promised: bool; // `bridge_mode` is set
  replies: bool; // `held` takes the place of the answer
  broken: bool; // what the client should get cannot be told any more
}

let wasStarted: bool = false;
/** A callback is running. Still set when the next one comes: that one trapped. */
let isInside: bool = false;
let hasTrapped: bool = false;
let current: NginxExchange | null = null;

/** Notes `proxy_on_vm_start`, which nginx never calls. */
export function noteStart(): void {
  wasStarted = true;
}

/** Tells the hosts apart: at a configuration, by what came before it. */
export function detectHost(): void {
  onNginx = !wasStarted;
}

/** State for a new stream; null without memory. Freed by `closeExchange`. */
export function openExchange(): NginxExchange | null {
  const ptr = allocateZeroed(offsetof<NginxExchange>());
  const held = allocateZeroed(offsetof<HeldBytes>());
  if (ptr == 0 || held == 0) {
    release(ptr, offsetof<NginxExchange>());
    release(held, offsetof<HeldBytes>());
    return null;
  }
  const exchange = changetype<NginxExchange>(ptr);
  exchange.held = changetype<HeldBytes>(held);
  return exchange;
}

/** Frees what `openExchange` made. */
export function closeExchange(exchange: NginxExchange): void {
  exchange.held.free();
  release(changetype<usize>(exchange.held), offsetof<HeldBytes>());
  release(changetype<usize>(exchange), offsetof<NginxExchange>());
}

/**
 * Begins a callback. False when an earlier one trapped: this host goes on with the memory that it left, of which nothing is known, so
 * nothing more is done in this VM until its worker is replaced.
 */
export function enter(exchange: NginxExchange | null): bool {
  if (!onNginx) return true; // there callbacks stand inside each other, and a trap ends the VM
  if (isInside && !hasTrapped) noteTrap();
  isInside = true;
  // The id may be that of a stream which the trap left behind.
  current = hasTrapped ? null : exchange;
  return !hasTrapped;
}

/** Once: what follows looks like a refusal of each request, and nginx has logged the trap long before. */
function noteTrap(): void {
  hasTrapped = true;
  proxy_log(LogLevel.Critical, literalPtr(L.LOG_TRAPPED), literalLen(L.LOG_TRAPPED));
}

/** Ends a callback. */
export function leave(): void {
  isInside = false;
  current = null;
}

/** The exchange whose callback runs; null outside of one. */
export function currentExchange(): NginxExchange | null {
  return current;
}

/** False where a body cannot be replaced: nginx without the companion. */
export function canReplaceBodies(): bool {
  if (!onNginx) return true;
  const exchange = current;
  return exchange != null && exchange.ready;
}

/** Asks whether the companion is on this route. That its variables exist says nothing. */
export function askReady(exchange: NginxExchange): void {
  clearSlot();
  const status = proxy_get_property(literalPtr(L.P_READY), literalLen(L.P_READY), SLOT, SLOT + 4);
  takeResult(status);
  exchange.ready = resultLen > 0 && equalsLiteral(resultPtr, resultLen, L.ONE);
}

/** True for a variable that the location declares, which a refused write would tell, too, with an error line for each request. */
export function isDeclared(name: usize): bool {
  clearSlot();
  const status = proxy_get_property(literalPtr(name), literalLen(name), SLOT, SLOT + 4);
  return takeResult(status) == Status.Ok;
}

/** Writes a variable; the host copies the bytes. */
export function setVariable(name: usize, ptr: usize, len: u32): Status {
  return proxy_set_property(literalPtr(name), literalLen(name), ptr, len);
}

/** Sets a variable to `1`. */
export function raise(name: usize): void {
  setVariable(name, literalPtr(L.ONE), literalLen(L.ONE));
}

/** Tells the companion what it may rely on, a literal: a new request body and an answer, or an answer. */
export function promise(exchange: NginxExchange, mode: usize): void {
  if (!exchange.ready) return;
  setVariable(L.P_MODE, literalPtr(mode), literalLen(mode));
  exchange.promised = true;
}

/** Tells the companion that what comes is to be left as it is. */
export function withdraw(exchange: NginxExchange): void {
  if (!exchange.promised) return;
  setVariable(L.P_MODE, literalPtr(L.P_MODE), 0);
  exchange.promised = false;
}
