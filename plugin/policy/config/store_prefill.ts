/** Settings about an assistant turn at the end of a request: `prefill` of a profile, its rules, routes and instructions. */
import { findLiteral } from "../../bytes/compare";
import { openStruct } from "../../bytes/records";
import { copyStruct, openStructArray } from "../../bytes/struct_array";
import { Profile, profileAt, RequestHeaders } from "../config";
import {
  PrefillAsk,
  PrefillMode,
  PrefillRoute,
  PrefillRule,
  PrefillSettings,
  Reframe,
  ReframeAnswer,
  ReframePlace,
} from "../prefill_settings";
import { addAt } from "./checks";
import { findProfile } from "./names";
import { Reader } from "./reader";
import * as R from "./report";
import * as K from "./shape_table";
import { Group } from "./shape_table";
import * as T from "./texts";

const DEFAULT_MAX_BYTES: u32 = 65536;
const NO_LIMIT: u32 = 0xffff_ffff;

/** What a profile that says nothing has. */
export function setPrefillDefaults(reader: Reader, profile: Profile): void {
  const settings = openStruct<PrefillSettings>(reader.arena);
  const rules = openStructArray<PrefillRule>(reader.arena, 0);
  const route = openStruct<PrefillRoute>(reader.arena);
  const reframe = openReframe(reader);
  if (settings == null || rules == null || route == null || reframe == null) {
    reader.fail();
    return;
  }
  setNoRoute(route);
  settings.models = reader.emptyList;
  settings.rules = rules;
  settings.route = route;
  settings.reframe = reframe;
  profile.prefill = settings;
}

function openReframe(reader: Reader): Reframe | null {
  const reframe = openStruct<Reframe>(reader.arena);
  if (reframe == null) return null;
  reframe.answer = ReframeAnswer.Dedupe;
  reframe.maxBytes = DEFAULT_MAX_BYTES;
  reframe.overMax = PrefillMode.Reject;
  return reframe;
}

function setNoRoute(route: PrefillRoute): void {
  route.profile = -1;
  route.fallback = PrefillMode.Reject;
}

/** The walk enters an object of these settings: what it inherits is copied, so that a profile's own words stay its own. */
export function beginPrefillGroup(reader: Reader, group: Group): void {
  switch (group) {
    case Group.Prefill:
      beginPrefill(reader);
      break;
    case Group.PrefillRule:
      beginRule(reader);
      break;
    case Group.PrefillRoute:
      beginRoute(reader);
      break;
    case Group.Reframe:
      beginReframe(reader);
      break;
    default:
      break;
  }
}

function beginPrefill(reader: Reader): void {
  const own = openStruct<PrefillSettings>(reader.arena);
  if (own == null) {
    reader.fail();
    return;
  }
  copyStruct<PrefillSettings>(own, reader.profile.prefill);
  reader.profile.prefill = own;
  reader.inPrefillRule = false;
}

function beginRule(reader: Reader): void {
  const rule = reader.prefillRules.push();
  reader.inPrefillRule = true;
  if (rule == null) return;
  rule.models = reader.emptyList;
  rule.clients = reader.emptyList;
  rule.maxBytes = NO_LIMIT;
  reader.prefillRule = rule;
}

function beginRoute(reader: Reader): void {
  const route = openStruct<PrefillRoute>(reader.arena);
  if (route == null) {
    reader.fail();
    return;
  }
  setNoRoute(route);
  reader.prefillRoute = route;
}

function beginReframe(reader: Reader): void {
  const reframe = openReframe(reader);
  if (reframe == null) {
    reader.fail();
    return;
  }
  if (!reader.inPrefillRule) copyStruct<Reframe>(reframe, reader.profile.prefill.reframe);
  reader.reframe = reframe;
}

/** Rules follow. */
export function openPrefillRules(reader: Reader, count: u32): void {
  const rules = openStructArray<PrefillRule>(reader.arena, count);
  if (rules == null) reader.fail();
  else reader.prefillRules = rules;
}

/** The walk leaves an object of these settings. */
export function endPrefillGroup(reader: Reader, group: Group): void {
  if (group == Group.PrefillRule) reader.inPrefillRule = false;
  else if (group == Group.Reframe) checkReframe(reader);
}

/** A template holds the turn, unless the turn stays in front of it. */
function checkReframe(reader: Reader): void {
  const reframe = reader.reframe;
  if (reframe.templateLen == 0) return;
  const holds = findLiteral(reframe.templatePtr, reframe.templateLen, T.PREFILL_PLACE) != 0;
  if (reframe.place == ReframePlace.AfterAssistant) addAt(reader, T.TEMPLATE, T.TEMPLATE_UNUSED);
  else if (!holds) addAt(reader, T.TEMPLATE, T.TEMPLATE_NEEDS_PLACE);
}

/** A member of `prefill`. */
export function storePrefill(reader: Reader, member: u32): void {
  const settings = reader.profile.prefill;
  switch (member) {
    case K.PrefillKey.Mode:
      settings.mode = reader.number;
      break;
    case K.PrefillKey.When:
      settings.when = reader.number;
      break;
    case K.PrefillKey.Models:
      settings.models = reader.list;
      break;
    case K.PrefillKey.Rules:
      settings.rules = reader.prefillRules;
      break;
    case K.PrefillKey.Route:
      settings.route = reader.prefillRoute;
      break;
    case K.PrefillKey.Reframe:
      settings.reframe = reader.reframe;
      break;
    case K.PrefillKey.OnEmpty:
      settings.rejectsEmpty = reader.number == 0;
      break;
    default:
      settings.rejectsTools = reader.number != 0;
      break;
  }
}

/** A member of what stands inside of `prefill`. */
export function storePrefillPart(reader: Reader, group: Group, member: u32): void {
  if (group == Group.PrefillRule) storePrefillRule(reader, member);
  else if (group == Group.PrefillMatch) storePrefillMatch(reader, member);
  else if (group == Group.PrefillRoute) storePrefillRoute(reader, member);
  else if (group == Group.Reframe) storeReframe(reader, member);
}

/** A member of a rule. */
function storePrefillRule(reader: Reader, member: u32): void {
  const rule = reader.prefillRule;
  if (member == K.PrefillRuleKey.Mode) rule.mode = reader.number;
  else if (member == K.PrefillRuleKey.Route) rule.route = reader.prefillRoute;
  else if (member == K.PrefillRuleKey.Reframe) rule.reframe = reader.reframe;
}

/** A member of `match` of a rule. */
function storePrefillMatch(reader: Reader, member: u32): void {
  const rule = reader.prefillRule;
  switch (member) {
    case K.PrefillMatchKey.Models:
      rule.models = reader.list;
      break;
    case K.PrefillMatchKey.Clients:
      rule.clients = reader.list;
      break;
    case K.PrefillMatchKey.Endpoints:
      rule.endpoints = reader.bits;
      rule.asks |= PrefillAsk.Endpoints;
      break;
    case K.PrefillMatchKey.Kinds:
      rule.kinds = reader.bits;
      rule.asks |= PrefillAsk.Kinds;
      break;
    case K.PrefillMatchKey.MinBytes:
      rule.minBytes = reader.number;
      break;
    case K.PrefillMatchKey.MaxBytes:
      rule.maxBytes = reader.number;
      break;
    case K.PrefillMatchKey.HasStopSequences:
      rule.stops = reader.number != 0;
      rule.asks |= PrefillAsk.Stops;
      break;
    default:
      rule.tools = reader.number != 0;
      rule.asks |= PrefillAsk.Tools;
      break;
  }
}

/** A member of `route`. */
function storePrefillRoute(reader: Reader, member: u32): void {
  const route = reader.prefillRoute;
  if (member == K.PrefillRouteKey.Profile) {
    route.namePtr = reader.text.ptr;
    route.nameLen = reader.text.len;
  } else route.fallback = reader.number;
}

/** A member of `reframe`. */
function storeReframe(reader: Reader, member: u32): void {
  const reframe = reader.reframe;
  switch (member) {
    case K.ReframeKey.Template:
      reframe.templatePtr = reader.text.ptr;
      reframe.templateLen = reader.text.len;
      break;
    case K.ReframeKey.Place:
      reframe.place = reader.number;
      break;
    case K.ReframeKey.Response:
      reframe.answer = reader.number;
      break;
    case K.ReframeKey.EmulateStop:
      reframe.leavesStops = reader.number != 0;
      break;
    case K.ReframeKey.MaxBytes:
      reframe.maxBytes = reader.number;
      break;
    default:
      reframe.overMax = overMax(reader.number);
      break;
  }
}

/** The schema's order of `over_max`: strip, reject, passthrough. */
function overMax(word: u32): PrefillMode {
  if (word == 0) return PrefillMode.Strip;
  return word == 1 ? PrefillMode.Reject : PrefillMode.Passthrough;
}

/** All profiles are known: where routes lead. A rule without a route of its own takes its profile's. */
export function finishPrefill(reader: Reader): void {
  const config = reader.config;
  for (let i: u32 = 0; i < config.profileCount; i++) {
    const profile = profileAt(config, i);
    const path = reader.report.path;
    const mark = path.mark();
    path.literal(reader.isShort ? T.PROFILE_SHORT : T.PROFILES_DOT);
    if (!reader.isShort) path.put(profile.namePtr, profile.nameLen);
    path.literal(T.PREFILL_DOT);
    settleRoutes(reader, profile.prefill);
    checkClients(reader, profile);
    R.popPath(reader.report, mark);
  }
}

/** A rule by client needs to be told who that is. */
function checkClients(reader: Reader, profile: Profile): void {
  if (profile.clientHeaders.count > 0 || profile.clientProperty != 0) return;
  const rules = profile.prefill.rules;
  for (let i: u32 = 0; i < rules.count; i++) {
    if (rules.at(i).clients.count == 0) continue;
    const path = reader.report.path;
    const mark = path.mark();
    path.literal(T.RULES_DOT);
    R.pushIndex(reader.report, i);
    addAt(reader, T.MATCH_CLIENTS, T.CLIENTS_UNTOLD);
    R.popPath(reader.report, mark);
  }
}

function settleRoutes(reader: Reader, settings: PrefillSettings): void {
  settings.routes = settings.mode == PrefillMode.Route;
  settleRoute(reader, settings.route, settings.mode);
  for (let i: u32 = 0; i < settings.rules.count; i++) {
    const rule = settings.rules.at(i);
    const own = rule.route;
    if (rule.mode == PrefillMode.Route) settings.routes = true;
    settleRoute(reader, own == null ? settings.route : own, rule.mode);
  }
  if (settings.routes && reader.config.requestHeaders == RequestHeaders.Early)
    addAt(reader, T.ROUTE, T.EARLY_ROUTE);
}

function settleRoute(reader: Reader, route: PrefillRoute, mode: PrefillMode): void {
  if (route.nameLen == 0) {
    if (mode == PrefillMode.Route) addAt(reader, T.ROUTE, T.ROUTE_NEEDS_PROFILE);
    return;
  }
  if (route.profile >= 0) return;
  const tail = reader.report.path.mark();
  reader.report.path.literal(T.ROUTE_PROFILE);
  reader.text.ptr = route.namePtr;
  reader.text.len = route.nameLen;
  route.profile = findProfile(reader);
  R.popPath(reader.report, tail);
}
