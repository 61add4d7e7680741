/** Error bodies of upstreams and of the host's own replies, as OpenAI errors in the output writer. */
import { output, scratch } from "../abi/memory";
import { openStruct } from "../bytes/records";
import { JsonCursor } from "../json/cursor";
import { clientStatus, putTextError, putUpstreamError } from "../translate/shared/openai_error";
import { ERROR, readUpstreamError } from "../wire/upstream_error";
import { ErrorType } from "../wire/anthropic/error_types";

/** Larger bodies are not searched for JSON. */
const JSON_CAP: u32 = 262144;
const OUTPUT_CAP: u32 = JSON_CAP * 2;

/** Writes the error for a body; answers the status for the client. */
export function putErrorBody(status: u32, ptr: usize, len: u32): u32 {
  const out = output();
  out.begin(1024, OUTPUT_CAP);
  const cursor = openStruct<JsonCursor>(scratch());
  if (cursor != null && len <= JSON_CAP && readUpstreamError(cursor, ptr, len)) {
    putUpstreamError(out, status);
  } else putTextError(out, status, ptr, len < JSON_CAP ? len : JSON_CAP);
  return clientStatus(status);
}

/** Writes the error for a body that is not there. */
export function putEmptyError(status: u32): u32 {
  ERROR.type = ErrorType.Unknown;
  const out = output();
  out.begin(256, OUTPUT_CAP);
  putTextError(out, status, 0, 0);
  return clientStatus(status);
}
