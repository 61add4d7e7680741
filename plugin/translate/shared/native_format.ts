/** Formats for the answer that a client gives in the Messages API's own words. */
import * as L from "../../bytes/literals";
import { JsonKind } from "../../json/status";
import { ChatKey } from "../../wire/openai/chat_keys";
import { ClientRequest } from "./client_request";

/** True when the client gave a format in Anthropic's own words. */
export function hasNativeFormat(request: ClientRequest): bool {
  return request.members.has(ChatKey.OutputFormat) || hasConfigFormat(request);
}

/** True when the client's `output_config` has a format. */
export function hasConfigFormat(request: ClientRequest): bool {
  const members = request.members;
  const c = request.cursor;
  if (!members.has(ChatKey.OutputConfig)) return false;
  c.open(members.ptr(ChatKey.OutputConfig), members.len(ChatKey.OutputConfig), u32.MAX_VALUE);
  if (c.kind() != JsonKind.Object) return false;
  let found = false;
  c.enterObject();
  while (c.nextKey()) {
    const isFormat = c.keyIs(L.FORMAT);
    c.skipNullable();
    if (isFormat) found = c.valueLen > 0;
  }
  return found;
}
