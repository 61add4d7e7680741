/** The filter in a thread of its own: whatever it does, the page stays usable. */
import type { Call, Outcome } from "./calls.ts";
import { Session } from "./session.ts";

const MODULE = new URL("../../../build/messages-bridge.wasm", import.meta.url);
/** The type of a worker's global scope is not the page's. */
const scope = globalThis as unknown as {
  onmessage: ((event: { data: Call }) => void) | null;
  postMessage(outcome: Outcome): void;
};

const session = loadModule().then((bytes) => new Session(bytes));

async function loadModule(): Promise<Uint8Array> {
  const response = await fetch(MODULE);
  if (!response.ok) throw new Error(`the filter could not be loaded: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function run(call: Call): Promise<Outcome> {
  try {
    const filter = await session;
    const method = filter[call.name] as (...args: unknown[]) => unknown;
    return { id: call.id, value: method.apply(filter, call.args) };
  } catch (error) {
    return { id: call.id, error: error instanceof Error ? error.message : String(error) };
  }
}

scope.onmessage = ({ data }) => void run(data).then((outcome) => scope.postMessage(outcome));
