/**
 * The host model: a Proxy-Wasm host in plain JavaScript, with no import outside this folder and nothing of Node, so that tests,
 * command line and playground run the same .wasm alike. This is its public face.
 */
export { compilePlugin } from "./plugin.ts";
export type { LocalReply, PropertyTable, PropertyValue } from "./context.ts";
export { awkwardCuts, cutBytes, randomCuts, type Cut } from "./cuts.ts";
export * from "./errors.ts";
export {
  exchange,
  type ExchangeInput,
  type ExchangeResult,
  type MessageInput,
  type ResponseInput,
} from "./exchange.ts";
export type { LogLine } from "./functions_vm.ts";
export { WasmHost, type HostOptions } from "./host.ts";
export type { Metrics } from "./metrics.ts";
export { decodePairs, encodePairs, type HeaderList } from "./pairs.ts";
export { PROFILES, type HostProfile, type HostProfileName } from "./profile.ts";
export type { RootContext, RootOptions } from "./root.ts";
export * from "./scenario.ts";
export type { SeenMessage } from "./seen_message.ts";
export type { HttpStream } from "./stream.ts";
export type { StreamOptions } from "./stream_context.ts";
export { normaliseTrace } from "./trace.ts";
export { readBinaryShape, type BinaryShape, type Extern } from "./wasm_binary.ts";
