/** Numbers of the Proxy-Wasm ABI 0.2.1. Source: proxy-wasm/spec, abi-versions/v0.2.1. */
export const enum Status {
  Ok = 0,
  NotFound = 1,
  BadArgument = 2,
  SerializationFailure = 3,
  InvalidMemoryAccess = 6,
  Empty = 7,
  InternalFailure = 10,
  Unimplemented = 12,
}

export const enum LogLevel {
  Trace = 0,
  Debug = 1,
  Info = 2,
  Warn = 3,
  Error = 4,
  Critical = 5,
}

export const enum BufferType {
  RequestBody = 0,
  ResponseBody = 1,
  VmConfiguration = 6,
  PluginConfiguration = 7,
}

export const enum HeaderMap {
  Request = 0,
  RequestTrailers = 1,
  Response = 2,
  ResponseTrailers = 3,
}

export const enum MetricKind {
  Counter = 0,
  Gauge = 1,
  Histogram = 2,
}

/** What a stream callback answers. We use only these two (docs/hosts.md, "Actions"). */
export const enum Action {
  Continue = 0,
  /** In a header callback: hold the headers. In a body callback: keep and accumulate. */
  Pause = 1,
}
