/**
 * What becomes of an assistant turn at the end of a request: the model table says whether the upstream takes it, the route says what is
 * done where it does not. Nothing is done unasked. Source: docs/prefill.md, "What is done".
 */
import { anyMatches } from "../bytes/glob";
import { TextList } from "../bytes/text_list";
import { Prefill, PrefillKind } from "../translate/shared/prefill";
import { Endpoint, Profile } from "./config";
import {
  PrefillAsk,
  PrefillMode,
  PrefillRoute,
  PrefillRule,
  PrefillWhen,
  Reframe,
} from "./prefill_settings";

/** What was done; exactly one for each such turn. */
export const enum PrefillAction {
  /** There was no such turn. */
  None = 0,
  Passthrough = 1,
  Strip = 2,
  Reframe = 3,
  Reject = 4,
  Route = 5,
  /** The other lane's model refuses it too: its fallback was done. */
  RouteUnsupported = 6,
  DropEmpty = 7,
  Continuation = 8,
}

/** What a decision goes by. */
@unmanaged
@final
export class PrefillQuestion {
  profile: Profile;
  prefill: Prefill;
  endpoint: Endpoint;
  isNative: bool;
  askedPtr: usize; // model, as asked for and as sent
  askedLen: u32;
  sentPtr: usize;
  sentLen: u32;
  isServed: bool; // by the model table the model takes such turns
  clientPtr: usize; // id of the client; length 0: none
  clientLen: u32;
}

/** The mode that the last decision chose, with what belongs to it. */
export let chosenMode: PrefillMode = PrefillMode.Passthrough;
export let chosenReframe: Reframe | null = null;
export let chosenRoute: PrefillRoute | null = null;
/** The last question was about a model that refuses such turns. */
export let isRefusing: bool = false;

/** Chooses to let the turn pass. */
export function passTurn(): void {
  chosenMode = PrefillMode.Passthrough;
}

/** Decides. Of `Route` it is still to be asked whether the other model takes the turn. */
export function decidePrefill(question: PrefillQuestion): PrefillAction {
  const settings = question.profile.prefill;
  const kind = question.prefill.kind;
  chosenMode = PrefillMode.Passthrough;
  chosenReframe = settings.reframe;
  chosenRoute = settings.route;
  isRefusing = !takesPrefill(question);
  if (kind == PrefillKind.None) return PrefillAction.None;
  if (kind == PrefillKind.Continuation) return PrefillAction.Continuation;
  if (kind == PrefillKind.Empty && !question.isNative) return dropEmpty(question);
  if (settings.when == PrefillWhen.Never) return PrefillAction.Passthrough;
  if (settings.when == PrefillWhen.UnsupportedModels && !isRefusing)
    return PrefillAction.Passthrough;
  if (kind == PrefillKind.ToolUse) {
    if (!settings.rejectsTools) return PrefillAction.Passthrough;
    chosenMode = PrefillMode.Reject;
    return PrefillAction.Reject;
  }
  chosenMode = settings.mode;
  applyRules(question);
  if (kind == PrefillKind.Empty && chosenMode != PrefillMode.Passthrough)
    return dropEmpty(question);
  settleReframe(question);
  return actionOf(chosenMode);
}

/** An empty turn asks for nothing and goes, unless nothing would be left. */
function dropEmpty(question: PrefillQuestion): PrefillAction {
  chosenMode = question.prefill.prevPtr == 0 ? PrefillMode.Reject : PrefillMode.Strip;
  return chosenMode == PrefillMode.Reject ? PrefillAction.Reject : PrefillAction.DropEmpty;
}

/** True when the question's model takes such turns, as its profile has it: by the model table, or by its list of those that do not. */
export function takesPrefill(question: PrefillQuestion): bool {
  const models = question.profile.prefill.models;
  if (models.count == 0) return question.isServed;
  return !matches(models, question);
}

function matches(globs: TextList, question: PrefillQuestion): bool {
  return (
    anyMatches(globs, question.askedPtr, question.askedLen) ||
    anyMatches(globs, question.sentPtr, question.sentLen)
  );
}

/** The first rule that matches replaces the mode. */
function applyRules(question: PrefillQuestion): void {
  const rules = question.profile.prefill.rules;
  for (let i: u32 = 0; i < rules.count; i++) {
    const rule = rules.at(i);
    if (!ruleMatches(rule, question)) continue;
    chosenMode = rule.mode;
    if (rule.reframe != null) chosenReframe = rule.reframe;
    if (rule.route != null) chosenRoute = rule.route;
    return;
  }
}

function ruleMatches(rule: PrefillRule, question: PrefillQuestion): bool {
  const prefill = question.prefill;
  if (prefill.textLen < rule.minBytes || prefill.textLen > rule.maxBytes) return false;
  if (rule.models.count > 0 && !matches(rule.models, question)) return false;
  if (rule.clients.count > 0 && !isClient(rule.clients, question)) return false;
  return asksMatch(rule, question);
}

/** A client that is not known is on no list. */
function isClient(globs: TextList, question: PrefillQuestion): bool {
  return question.clientLen > 0 && anyMatches(globs, question.clientPtr, question.clientLen);
}

function asksMatch(rule: PrefillRule, question: PrefillQuestion): bool {
  const prefill = question.prefill;
  const asks = rule.asks;
  if ((asks & PrefillAsk.Endpoints) != 0 && (rule.endpoints & question.endpoint) == 0) return false;
  if ((asks & PrefillAsk.Kinds) != 0 && (rule.kinds & (1 << prefill.kind)) == 0) return false;
  if ((asks & PrefillAsk.Stops) != 0 && rule.stops != (prefill.stopsPtr != 0)) return false;
  return (asks & PrefillAsk.Tools) == 0 || rule.tools == prefill.hasTools;
}

/** What cannot be told as an instruction: bound answers come whole anyway, long turns and pictures have a mode of their own. */
function settleReframe(question: PrefillQuestion): void {
  const prefill = question.prefill;
  const reframe = chosenReframe;
  if (chosenMode == PrefillMode.Reframe && reframe != null) {
    if (prefill.isBound) chosenMode = PrefillMode.Strip;
    else if (prefill.textLen > reframe.maxBytes || prefill.kind == PrefillKind.Other)
      chosenMode = reframe.overMax;
  }
  if (chosenMode != PrefillMode.Strip || prefill.prevPtr != 0) return;
  chosenMode = question.profile.prefill.rejectsEmpty ? PrefillMode.Reject : PrefillMode.Reframe;
}

/** The action of a mode that was chosen. */
export function actionOf(mode: PrefillMode): PrefillAction {
  switch (mode) {
    case PrefillMode.Strip:
      return PrefillAction.Strip;
    case PrefillMode.Reframe:
      return PrefillAction.Reframe;
    case PrefillMode.Reject:
      return PrefillAction.Reject;
    case PrefillMode.Route:
      return PrefillAction.Route;
    default:
      return PrefillAction.Passthrough;
  }
}

/** The turn cannot go the other lane: what is done instead. */
export function fallBack(question: PrefillQuestion): void {
  const route = chosenRoute;
  if (route == null) return;
  chosenMode = route.fallback;
  settleReframe(question);
}
