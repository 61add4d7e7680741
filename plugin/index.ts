/** The wasm exports, re-exported by name. No logic. */
export { proxy_on_memory_allocate } from "./abi/memory";
export { skipValue } from "./json/skip";
export { JsonCursor } from "./json/cursor";
