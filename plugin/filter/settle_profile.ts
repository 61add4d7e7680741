/** The choice of a profile that had to wait for the body. */
import * as L from "../bytes/literals";
import { Config, Profile } from "../policy/config";
import { Facts } from "../translate/plan";
import { refuse, refuseMemory } from "../translate/shared/problem";
import { headerBlock, headerBlockLen, readRequestHeaders } from "./request_headers";
import { usesOAuth } from "./credentials";
import { editRequestHeaders } from "./request_edit";
import { chooseByModel, selectProfile, UNKNOWN_PROFILE } from "./select_profile";
import { Phase, StreamState } from "./stream";

/**
 * The profile of a request whose body is read: the one that is chosen, or the one that waited for the body. Null with a
 * problem, or when nothing matches.
 */
export function settledProfile(stream: StreamState, config: Config, facts: Facts): Profile | null {
  if (stream.deferred && !settleProfile(stream, config, facts)) return null;
  return stream.profile;
}

/** Chooses profile and key now that the model is known, and edits the headers. False with a problem, or when nothing matches. */
function settleProfile(stream: StreamState, config: Config, facts: Facts): bool {
  const headers = readRequestHeaders();
  if (headers == null) return refuseMemory();
  chooseByModel(facts.modelPtr, facts.modelLen);
  const chosen = selectProfile(config, headers, headerBlock, headerBlockLen, stream.isAttempt);
  if (chosen < 0) {
    chooseByModel(0, 0);
    if (chosen == UNKNOWN_PROFILE) return false;
    if (config.rejectUnmatched) return refuse(404, L.CODE_UNKNOWN_URL, L.TEXT_NO_PROFILE);
    stream.phase = Phase.Pass;
    return false;
  }
  const profile = config.profiles.at(chosen);
  stream.profile = profile;
  editRequestHeaders(stream, headers, profile, stream.requestHeld && stream.root.holdProven);
  stream.usesOAuth = usesOAuth;
  chooseByModel(0, 0);
  return true;
}
