/** The host model that runs the filter here: the only place that says where it comes from. */
export {
  exchange,
  PROFILES,
  WasmHost,
  type ExchangeInput,
  type HeaderList,
  type HttpStream,
  type RootContext,
  type SeenMessage,
} from "../../../host/index.ts";
