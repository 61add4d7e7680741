/** The end of an exchange: what became of it is counted and told, once. */
import { Profile } from "../policy/config";
import { ErrorType } from "../wire/anthropic/error_types";
import { logRequest, logUpstreamError } from "./event_log";
import { putExports } from "./exports";
import {
  countEcho,
  countRefusedPrefill,
  countRequest,
  countTokens,
  countUpstreamError,
  recordTimes,
} from "./metrics";
import { StreamState } from "./stream";
import { takeStreamAnswer } from "./tally";

/** The answer is out, or nothing more will come. */
export function settleOutcome(stream: StreamState): void {
  const profile = stream.profile;
  if (profile == null || stream.isCounted) return;
  stream.isCounted = true;
  takeStreamAnswer(stream);
  if (profile.metrics) countOutcome(stream, profile);
  if (stream.upstreamError != ErrorType.Unknown) logUpstreamError(stream, profile);
  const account = stream.account;
  if (account == null) return;
  putExports(stream, profile, account);
  logRequest(stream, profile, account);
}

function countOutcome(stream: StreamState, profile: Profile): void {
  countRequest(stream, profile, stream.clientStatus);
  countTokens(stream, profile);
  recordTimes(stream);
  if (stream.upstreamError != ErrorType.Unknown) countUpstreamError(stream, profile);
  if (stream.refusedPrefill) countRefusedPrefill(stream, profile);
  const shape = stream.shape;
  if (shape == null) return;
  const stage = shape.echo;
  if (stage != null && stage.done) countEcho(stage.dedupe.echo);
}
