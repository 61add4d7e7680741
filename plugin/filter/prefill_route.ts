/**
 * An assistant turn at the end that another profile takes: the request is written once more, for that profile, and its headers lead
 * there. Source: docs/prefill.md, "Route".
 */
import { scratch } from "../abi/memory";
import { makeStruct } from "../bytes/records";
import { copyStruct } from "../bytes/struct_array";
import { Config, Profile } from "../policy/config";
import { keepModel, restoreModel } from "../policy/model_label";
import { makePlan } from "../policy/plan_maker";
import {
  actionOf,
  chosenMode,
  chosenRoute,
  fallBack,
  PrefillAction,
  PrefillQuestion,
  takesPrefill,
} from "../policy/prefill";
import { Facts, Plan } from "../translate/plan";
import { clearProblem } from "../translate/shared/problem";
import { openAccount } from "./account";
import { dropShape } from "./answer_shape";
import { isServed } from "./operation";
import { StreamState } from "./stream";

const THERE: PrefillQuestion = makeStruct<PrefillQuestion>();

/** The profile that the last turn goes to; null: it goes nowhere else. */
let target: Profile | null = null;

/** True when the profile may hand a request over to another: its headers wait until that is known. The route of an attempt is chosen already. */
export function mayRoute(stream: StreamState, profile: Profile): bool {
  return profile.prefill.routes && !stream.isAttempt;
}

/** Decides whether the turn that is asked about goes to the chosen route's profile; its fallback is chosen where it cannot. */
export function decideRoute(
  stream: StreamState,
  question: PrefillQuestion,
  facts: Facts,
  plan: Plan,
): PrefillAction {
  const route = chosenRoute;
  const config = stream.root.config;
  if (route == null || config == null || !stream.deferred) {
    fallBack(question);
    return actionOf(chosenMode);
  }
  const profile = config.profiles.at(<u32>route.profile);
  copyStruct<PrefillQuestion>(THERE, question);
  if (takesTurn(stream, config, profile, facts, plan.bodyBytes)) {
    target = profile;
    return PrefillAction.Route;
  }
  fallBack(question);
  return PrefillAction.RouteUnsupported;
}

/** True when the upstream there has the operation, and its model takes the turn that THERE is about. */
function takesTurn(
  stream: StreamState,
  config: Config,
  profile: Profile,
  facts: Facts,
  bodyBytes: u32,
): bool {
  if (!isServed(stream.operation, profile)) return false;
  keepModel();
  const plan = makePlan(facts, config, profile, bodyBytes, scratch());
  restoreModel();
  if (plan == null) {
    clearProblem();
    return false;
  }
  THERE.profile = profile;
  THERE.sentPtr = plan.modelPtr;
  THERE.sentLen = plan.modelLen;
  THERE.isServed = plan.traits.prefill;
  return takesPrefill(THERE);
}

/** Makes the profile that a turn was routed to the stream's own; null when none was. What was kept for the first one is dropped. */
export function takeRoute(stream: StreamState): Profile | null {
  const profile = target;
  target = null;
  if (profile == null) return null;
  dropShape(stream);
  stream.profile = profile;
  openAccount(stream, profile);
  stream.isRouted = true;
  return profile;
}

/** Keeps the name of the model that answers. False without memory. */
export function keepRouted(stream: StreamState, plan: Plan): bool {
  const arena = stream.arena;
  const shape = stream.shape;
  if (arena == null || shape == null) return false;
  // Another model than the one that was asked for: it is shown as it is.
  shape.showsAsked = false;
  stream.routedPtr = arena.keep(plan.modelPtr, plan.modelLen);
  stream.routedLen = plan.modelLen;
  return stream.routedPtr != 0;
}
