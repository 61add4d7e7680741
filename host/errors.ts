/**
 * The failures that the host model can report. Each class is one way in which a filter, a module or a test is wrong;
 * none of them is ever a normal outcome of an exchange. Follows the host notes, section 6.3.
 */
import { engine } from "./engine.ts";

/** Base of every failure of the model, so that a test can tell them from defects of the model itself. */
export class HostModelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** The module is refused at load: marker, imports, exports, start section, allocator or `_initialize`. */
export class LoadError extends HostModelError {}

/** A stream that no further event would ever finish: Envoy would sit on it until a timeout. */
export class HangError extends HostModelError {}

/** A forwarded `content-length` that does not equal the forwarded body; Envoy repairs nothing. */
export class ContentLengthError extends HostModelError {}

/** The filter used the ABI in a form that hosts treat differently, or that Envoy answers by a crash. */
export class MisuseError extends HostModelError {}

/** The module trapped. `callback` is the export that was running, `cause` what the engine threw. */
export class TrapError extends HostModelError {
  constructor(
    readonly callback: string,
    override readonly cause: unknown,
  ) {
    super(`Function: ${callback} failed: ${describe(cause)}`);
  }
}

/** Bytes are still allocated in the module although no stream is live. */
export class LeakError extends HostModelError {}

/** The test drives the model in an order that no client, upstream or operator could produce. */
export class UsageError extends HostModelError {}

/** Raised inside an import that is forbidden at this moment; the engine sees it as a trap of the module. */
export class RestrictedCallbackError extends HostModelError {
  constructor(importName: string, during: string) {
    super(`restricted_callback: ${importName} called during ${during}`);
  }
}

/** Whether `thrown` ends the VM on a real host (as against a failure that the test must see as it is). */
export function isTrap(thrown: unknown): boolean {
  return (
    thrown instanceof engine.RuntimeError ||
    thrown instanceof RestrictedCallbackError ||
    (thrown instanceof RangeError && /call stack/i.test(thrown.message))
  );
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.message}\n${thrown.stack ?? ""}` : String(thrown);
}
