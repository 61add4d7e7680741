/** Settings about what is seen of a request: `observability` of a profile. */
import { joinTexts } from "../../bytes/text_list";
import { Reader } from "./reader";
import * as K from "./shape_table";

/** A member of `observability`. */
export function storeObservability(reader: Reader, member: u32): void {
  const profile = reader.profile;
  if (member == K.ObservabilityKey.Metrics) profile.metrics = reader.number != 0;
  else if (member == K.ObservabilityKey.Export) profile.exports = reader.bits;
  else if (member == K.ObservabilityKey.Log) profile.logLines = reader.number;
  else if (member == K.ObservabilityKey.ResponseHeaders) profile.responseHeaders = reader.number;
}

/** A member of `observability.client_id`. */
export function storeClientId(reader: Reader, member: u32): void {
  const profile = reader.profile;
  switch (member) {
    case K.ClientIdKey.Headers:
      profile.clientHeaders = reader.list;
      break;
    case K.ClientIdKey.Property:
      profile.clientProperty = joinTexts(reader.arena, reader.list);
      if (profile.clientProperty == 0) reader.fail();
      break;
    case K.ClientIdKey.Hash:
      profile.clientHash = reader.number != 0;
      break;
    default:
      profile.clientMost = reader.number;
      break;
  }
}
