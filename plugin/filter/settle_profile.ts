/**
 * What had to wait for the body: first the profile, by the model; later, when it is known where the request goes, its headers. In
 * between an assistant turn at the end may lead to another profile. Source: docs/prefill.md, "Route".
 */
import * as L from "../bytes/literals";
import { Config, Profile } from "../policy/config";
import { Facts } from "../translate/plan";
import { refuse, refuseMemory } from "../translate/shared/problem";
import { headerBlock, headerBlockLen, readRequestHeaders } from "./request_headers";
import { openAccount } from "./account";
import { noteClient } from "./client_id";
import { usesOAuth } from "./credentials";
import { editRequestHeaders } from "./request_edit";
import { chooseByModel, selectProfile, UNKNOWN_PROFILE } from "./select_profile";
import { Phase, StreamState } from "./stream";

/**
 * The profile of a request whose body is read: the one that is chosen, the one that a turn led to, or the one that waited for the
 * body. Null with a problem, or when nothing matches.
 */
export function settledProfile(stream: StreamState, config: Config, facts: Facts): Profile | null {
  if (stream.deferred && !stream.isRouted && !settleProfile(stream, config, facts)) return null;
  return stream.profile;
}

/** Chooses the profile now that the model is known. False with a problem, or when nothing matches. */
function settleProfile(stream: StreamState, config: Config, facts: Facts): bool {
  const headers = readRequestHeaders();
  if (headers == null) return refuseMemory();
  chooseByModel(facts.modelPtr, facts.modelLen);
  const chosen = selectProfile(config, headers, headerBlock, headerBlockLen, stream.isAttempt);
  chooseByModel(0, 0);
  if (chosen < 0) {
    if (chosen == UNKNOWN_PROFILE) return false;
    if (config.rejectUnmatched) return refuse(404, L.CODE_UNKNOWN_URL, L.TEXT_NO_PROFILE);
    stream.phase = Phase.Pass;
    stream.profile = null;
    return false;
  }
  const profile = config.profiles.at(chosen);
  if (stream.profile != profile) {
    noteClient(stream, profile);
    openAccount(stream, profile);
  }
  stream.profile = profile;
  return true;
}

/**
 * Edits the headers that waited for the body, the key by its model included; what is put by the body (path, betas) comes behind. False
 * with a problem.
 */
export function settleHeaders(stream: StreamState, profile: Profile, facts: Facts): bool {
  if (!stream.deferred) return true;
  const headers = readRequestHeaders();
  if (headers == null) return refuseMemory();
  stream.deferred = false;
  chooseByModel(facts.modelPtr, facts.modelLen);
  editRequestHeaders(stream, headers, profile, stream.requestHeld && stream.root.holdProven);
  chooseByModel(0, 0);
  stream.usesOAuth = usesOAuth;
  return true;
}
