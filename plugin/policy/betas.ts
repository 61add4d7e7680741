/**
 * Which beta tokens a request goes out with: what the client asked for and what the body needs, as far as the provider has
 * it. The order: the client's, then those of the table, then those that the configuration adds; each once.
 * Rules and table: docs/betas.md.
 */
import { Arena } from "../bytes/arena";
import { equals, startsWith } from "../bytes/compare";
import * as L from "../bytes/literals";
import { makeStruct, openRecords, openStruct, RecordList } from "../bytes/records";
import { openStructArray, StructArray } from "../bytes/struct_array";
import {
  atMember,
  refuseMemory,
  refuseUnsupported,
  refuseValue,
} from "../translate/shared/problem";
import { Feature } from "../translate/plan";
import { ModelTraits } from "../translate/traits";
import { betaColumn, forwardsUnknown } from "./beta_provider";
import { asksFor } from "./beta_triggers";
import { BetaRow, findBetaRow } from "./beta_table";
import { BetaUnknown, Config, FLAG_FALSE, FLAG_TRUE, Profile } from "./config";

/** Most tokens that a client may send, and that go upstream. */
export const MOST_TOKENS: u32 = 64;
/** Longest list that goes upstream, with its commas. */
const LONGEST_LIST: u32 = 4096;

/** Who asked for a token. */
export const enum BetaSource {
  Client = 0,
  Auto = 1,
  Config = 2,
}

/** What became of it. */
export const enum BetaOutcome {
  Forwarded = 0,
  Renamed = 1,
  Dropped = 2,
}

/** A token. */
@unmanaged
@final
export class BetaToken {
  ptr: usize;
  len: u32;
}

/** What became of one token. */
@unmanaged
@final
export class BetaEvent {
  ptr: usize; // as it came
  len: u32;
  sentPtr: usize; // as it goes, unless it is dropped
  sentLen: u32;
  row: i32; // number of the built-in row; -1: none
  source: BetaSource;
  outcome: BetaOutcome;
  again: bool; // what it goes as was in the list already
}

/** A row of the table in one request. */
@unmanaged
@final
export class BetaState {
  holds: bool; // one of its conditions on the body does
  vetoed: bool; // one of `unless` does
  claimed: bool; // the client sent a version of it
  sent: bool;
  dropped: bool;
}

/** One request's tokens. Everything lives in the callback's arena; client tokens are spans of what the host handed over. */
@unmanaged
@final
export class Betas {
  config: Config; // not owned
  profile: Profile; // not owned
  features: u32; // bits of Feature of the body that goes out
  endpoint: u32; // bit in the order of the words of `endpoint`
  askedPtr: usize; // model, as asked for and as sent
  askedLen: u32;
  sentPtr: usize;
  sentLen: u32;
  traits: ModelTraits | null; // null: no row is bound to the model
  clients: RecordList<BetaToken>; // each once
  invalid: u32; // things in the client's lists that are no tokens
  sent: RecordList<BetaToken>; // what goes out, in order
  sentBytes: u32; // of the list with its commas
  events: RecordList<BetaEvent>;
  states: StructArray<BetaState>; // one for each row of the table
  early: bool; // the body is not known: nothing is asked of it
  tooMany: bool; // more tokens than may be
  failed: bool; // out of memory
  droppedFeatures: u32; // bits of Feature whose token does not go out
}

/** Stands in where memory ran out. */
const NO_EVENT: BetaEvent = makeStruct<BetaEvent>();

/** A request without tokens; null without memory. */
export function openBetas(arena: Arena, config: Config, profile: Profile): Betas | null {
  const betas = openStruct<Betas>(arena);
  const clients = openRecords<BetaToken>(arena);
  const sent = openRecords<BetaToken>(arena);
  const events = openRecords<BetaEvent>(arena);
  const states = openStructArray<BetaState>(arena, config.betas.count);
  if (betas == null || clients == null || sent == null || events == null || states == null)
    return null;
  for (let i: u32 = 0; i < config.betas.count; i++) states.push();
  betas.config = config;
  betas.profile = profile;
  betas.clients = clients;
  betas.sent = sent;
  betas.events = events;
  betas.states = states;
  return betas;
}

/** Adds a token of the client, which is a valid one; repetitions are left out. */
export function addClient(betas: Betas, ptr: usize, len: u32): void {
  if (holdsToken(betas.clients, ptr, len)) return;
  if (betas.clients.count == MOST_TOKENS) betas.tooMany = true;
  else pushToken(betas, betas.clients, ptr, len);
}

/** Decides about all tokens. False with a problem: a token or a feature is refused, there are too many, or no memory. */
export function decideBetas(betas: Betas): bool {
  const rows = betas.config.betas;
  for (let i: u32 = 0; i < betas.clients.count; i++) {
    const token = betas.clients.at(i);
    const row = findBetaRow(rows, token.ptr, token.len);
    if (row >= 0) betas.states.at(<u32>row).claimed = true;
    if (!gate(betas, token.ptr, token.len, row, BetaSource.Client)) return false;
  }
  if (!betas.early && !betas.profile.betaNever && !addNeeded(betas)) return false;
  addConfigured(betas);
  if (betas.failed) return refuseMemory();
  if (betas.tooMany || betas.sent.count > MOST_TOKENS || betas.sentBytes > LONGEST_LIST) {
    atMember(L.H_ANTHROPIC_BETA);
    return refuseUnsupported(L.CODE_INVALID_VALUE, L.TEXT_MANY_BETAS);
  }
  return checkFeatures(betas);
}

/** Tokens that the body asks for, unless the client sent a version of them. */
function addNeeded(betas: Betas): bool {
  const rows = betas.config.betas;
  for (let i: u32 = 0; i < rows.count; i++) {
    const row = rows.at(i);
    if (!asksFor(betas, row, betas.states.at(i)) || isClaimed(betas, row)) continue;
    if (!gate(betas, row.tokenPtr, row.tokenLen, <i32>i, BetaSource.Auto)) return false;
  }
  return true;
}

/** True when the client sent a version of the row's token. */
function isClaimed(betas: Betas, row: BetaRow): bool {
  const rows = betas.config.betas;
  for (let i: u32 = 0; i < rows.count; i++) {
    if (!betas.states.at(i).claimed) continue;
    const other = rows.at(i);
    if (other.prefixLen == row.prefixLen && equals(other.prefixPtr, row.prefixPtr, row.prefixLen))
      return true;
  }
  return false;
}

/** `add` and `remove` of the configuration. */
function addConfigured(betas: Betas): void {
  const add = betas.profile.betaAdd;
  for (let i: u32 = 0; i < add.count; i++) {
    const row = findBetaRow(betas.config.betas, add.ptr(i), add.len(i));
    if (holdsToken(betas.sent, add.ptr(i), add.len(i))) continue;
    send(
      betas,
      add.ptr(i),
      add.len(i),
      addEvent(betas, add.ptr(i), add.len(i), row, BetaSource.Config),
    );
  }
  const remove = betas.profile.betaRemove;
  for (let i: u32 = 0; i < remove.count; i++) takeBack(betas, remove.ptr(i), remove.len(i));
}

/** Takes a token out of what is sent; it was dropped then, whoever asked for it. */
function takeBack(betas: Betas, ptr: usize, len: u32): void {
  const sent = betas.sent;
  let kept: u32 = 0;
  for (let i: u32 = 0; i < sent.count; i++) {
    const token = sent.at(i);
    if (token.len == len && equals(token.ptr, ptr, len)) continue;
    const place = sent.at(kept);
    place.ptr = token.ptr;
    place.len = token.len;
    kept += 1;
  }
  if (kept == sent.count) return;
  sent.truncate(kept);
  betas.sentBytes -= len + 1;
  for (let i: u32 = 0; i < betas.events.count; i++) {
    const event = betas.events.at(i);
    if (event.sentLen != len || !equals(event.sentPtr, ptr, len)) continue;
    event.outcome = BetaOutcome.Dropped;
    event.sentPtr = 0;
    event.sentLen = 0;
  }
}

/** Decides about one token; `row` is its row or -1. False with a problem: it is refused. */
function gate(betas: Betas, ptr: usize, len: u32, row: i32, source: BetaSource): bool {
  const profile = betas.profile;
  findSupport(betas, ptr, len, row);
  if (!supported && source == BetaSource.Auto && isNeedless(betas, row)) return true;
  const event = addEvent(betas, ptr, len, row, source);
  if (supported) {
    if (row >= 0) betas.states.at(<u32>row).sent = true;
    if (supportLen > 0) {
      event.outcome = BetaOutcome.Renamed;
      send(betas, supportPtr, supportLen, event);
    } else send(betas, ptr, len, event);
    return true;
  }
  if (row >= 0) drop(betas, <u32>row);
  event.outcome = BetaOutcome.Dropped;
  if (row < 0 ? profile.betaUnknown != BetaUnknown.Reject : !profile.betaReject) return true;
  atMember(L.H_ANTHROPIC_BETA);
  return refuseValue(L.CODE_INVALID_VALUE, ptr, len, L.TEXT_NO_BETA);
}

/** A row of which nothing goes with its token: without support there is nothing to tell. */
function isNeedless(betas: Betas, row: i32): bool {
  if (row < 0) return false;
  const lacking = betas.config.betas.at(<u32>row);
  return lacking.strips == 0 && lacking.strip.count == 0 && lacking.refuse == 0;
}

function drop(betas: Betas, row: u32): void {
  betas.states.at(row).dropped = true;
  betas.droppedFeatures |= betas.config.betas.at(row).features;
}

/** Answers of `findSupport`: whether a token goes out, and under which other name (length 0: its own). */
let supported: bool = false;
let supportPtr: usize = 0;
let supportLen: u32 = 0;

/** Overrides first, the longest prefix of them; then the table; then what holds for unknown tokens. */
function findSupport(betas: Betas, ptr: usize, len: u32, row: i32): void {
  const profile = betas.profile;
  supportPtr = 0;
  supportLen = 0;
  if (findOverride(profile, ptr, len)) return;
  if (row >= 0) {
    const cell = betas.config.betas.at(<u32>row).cells.at(betaColumn(profile));
    supported = cell.sent;
    supportPtr = cell.ptr;
    supportLen = cell.len;
    return;
  }
  supported =
    profile.betaUnknown == BetaUnknown.Auto
      ? forwardsUnknown(profile)
      : profile.betaUnknown == BetaUnknown.Forward;
}

function findOverride(profile: Profile, ptr: usize, len: u32): bool {
  const map = profile.betaOverrides;
  let longest: i32 = -1;
  for (let i: u32 = 0; i < map.count; i++) {
    if (!startsWith(ptr, len, map.keyPtr(i), map.keyLen(i))) continue;
    if (longest < 0 || map.keyLen(i) > map.keyLen(<u32>longest)) longest = <i32>i;
  }
  if (longest < 0) return false;
  const value = map.valuePtr(<u32>longest);
  supported = value != FLAG_FALSE;
  if (value == FLAG_TRUE || !supported) return true;
  supportPtr = value;
  supportLen = map.valueLen(<u32>longest);
  return true;
}

/** True when a row's token can go to the profile's upstream. */
export function sendsRow(profile: Profile, row: BetaRow): bool {
  if (findOverride(profile, row.tokenPtr, row.tokenLen)) return supported;
  return row.cells.at(betaColumn(profile)).sent;
}

/** True when a feature's token can go to the profile's upstream; features without a row need none. */
export function servesFeature(config: Config, profile: Profile, feature: Feature): bool {
  const row = rowOf(config, feature);
  return row == null || sendsRow(profile, row);
}

/** True when the route itself decides about a feature's token. */
export function isOverridden(config: Config, profile: Profile, feature: Feature): bool {
  const row = rowOf(config, feature);
  return row != null && findOverride(profile, row.tokenPtr, row.tokenLen);
}

function rowOf(config: Config, feature: Feature): BetaRow | null {
  const rows = config.betas;
  for (let i: u32 = 0; i < rows.count; i++) {
    if ((rows.at(i).features & (<u32>feature)) != 0) return rows.at(i);
  }
  return null;
}

/** Features that cannot be taken out of a request are refused where their token cannot go. */
function checkFeatures(betas: Betas): bool {
  const rows = betas.config.betas;
  for (let i: u32 = 0; i < rows.count; i++) {
    const refused = betas.states.at(i).dropped ? rows.at(i).refuse & betas.features : 0;
    if (refused == 0) continue;
    if ((refused & (<u32>Feature.Files)) != 0) atMember(L.FILE_ID);
    else atMember((refused & (<u32>Feature.OutputFormat)) != 0 ? L.OUTPUT_FORMAT : L.MCP_SERVERS);
    return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_FEATURE);
  }
  return true;
}

/** Puts a token into the list unless it is there. */
function send(betas: Betas, ptr: usize, len: u32, event: BetaEvent): void {
  event.sentPtr = ptr;
  event.sentLen = len;
  event.again = holdsToken(betas.sent, ptr, len);
  if (event.again) return;
  pushToken(betas, betas.sent, ptr, len);
  betas.sentBytes += len + 1;
}

function addEvent(betas: Betas, ptr: usize, len: u32, row: i32, source: BetaSource): BetaEvent {
  const event = betas.events.push();
  if (event == null) {
    betas.failed = true;
    return NO_EVENT;
  }
  event.ptr = ptr;
  event.len = len;
  event.row = row < 0 ? -1 : betas.config.betas.at(<u32>row).builtIn;
  event.source = source;
  return event;
}

function pushToken(betas: Betas, list: RecordList<BetaToken>, ptr: usize, len: u32): void {
  const token = list.push();
  if (token == null) {
    betas.failed = true;
    return;
  }
  token.ptr = ptr;
  token.len = len;
}

function holdsToken(list: RecordList<BetaToken>, ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < list.count; i++) {
    const token = list.at(i);
    if (token.len == len && equals(token.ptr, ptr, len)) return true;
  }
  return false;
}
