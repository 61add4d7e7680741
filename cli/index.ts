/**
 * The package as a library: the module's path, and the filter driven in Node, for checks and tests of one's own configuration.
 * `new Bridge(readFileSync(wasmPath))` runs anywhere that has WebAssembly.
 */
export { Bridge, RefusedError, placeholders } from "./bridge.ts";
export type { Message, Problem, Question, Setting, Translation, Verdict } from "./bridge.ts";
export type { Change, ChangeKind } from "./changes.ts";
export {
  DocumentError,
  findConfigurations,
  type Form,
  type Found,
  type Position,
} from "./document.ts";
export { WASM_PATH as wasmPath } from "./files.ts";
export { pathOf, requestHeaders, responseHeaders, type RequestOptions } from "./request.ts";
export type { HeaderList } from "../host/index.ts";
