/**
 * The labels of counters, as one number each, and the names that they make: `bridge_requests_total.op.=…;.provider.=…;`, which
 * Envoy's tag extraction takes apart. Source: docs/observability.md.
 */
import { Ascii } from "../bytes/ascii";
import { findByte, literalLen, literalPtr, startsWithLiteral } from "../bytes/compare";
import * as L from "../bytes/literals";
import { growLabels, LabelTable } from "../bytes/label_table";
import { makeStruct } from "../bytes/records";
import { makeWriter, Writer } from "../bytes/writer";
import { BetaColumn } from "../policy/beta_table";
import { PrefillAction } from "../policy/prefill";
import { Echo } from "../json/dedupe";
import { Adaptation, adaptationName } from "../translate/shared/adaptations";
import { Operation, operationWord } from "../translate/surface";
import { PrefillKind } from "../translate/shared/prefill";
import { ErrorType, errorTypeName } from "../wire/anthropic/error_types";
import { columnWord } from "./beta_metrics";
import { actionWord, kindWord } from "./prefill_words";

/** Counters that have labels. */
export const enum Family {
  /** Operation, provider, model, class of the status. */
  Requests = 1,
  /** The code of the error, a literal. */
  LocalReplies = 2,
  /** Type of the error, provider. */
  UpstreamErrors = 3,
  /** A literal. */
  StreamErrors = 4,
  /** Action, kind, provider, model, client. */
  Prefill = 5,
  /** Kind of the tokens, provider, model. */
  Tokens = 6,
  /** Adaptation, operation. */
  Params = 7,
  /** Outcome; the name of the key in the place of a model. */
  Keys = 8,
  /** Action. */
  PrefillBytes = 9,
  /** How the answer began. */
  PrefillEcho = 10,
  /** Provider, model. */
  PrefillRefused = 11,
}

/** Kinds of tokens. */
export const enum TokenKind {
  Input = 0,
  Output = 1,
  CacheRead = 2,
  CacheWrite = 3,
  /** A part of the output. */
  Reasoning = 4,
}

/** What became of a key. */
export const enum KeyOutcome {
  Used = 0,
  /** It rests. */
  Cooled = 1,
}

/** No text stands for this label. */
export const NONE: u32 = 0;
/** The text is none of those that are shown. */
export const OTHER: u32 = 0xffff;

/** Texts that may stand for `model` and `key`; far more than a configuration names. */
const MODELS: u32 = 512;
const FIRST_TEXTS: u32 = 32;
const LONGEST_NAME: u32 = 512;

const MODEL: LabelTable = makeStruct<LabelTable>();
const CLIENT: LabelTable = makeStruct<LabelTable>();
const NAME: Writer = makeWriter();

/** Makes room for the first texts of labels. */
export function openLabels(): void {
  growLabels(MODEL, FIRST_TEXTS);
  growLabels(CLIENT, FIRST_TEXTS);
}

/** The label of a model's name from `policy/model_label.ts`; `isSettled`: the request has a model, if only one that is not shown. */
export function modelLabel(ptr: usize, len: u32, isSettled: bool): u32 {
  if (len == 0) return isSettled ? OTHER : NONE;
  const number = MODEL.find(ptr, len, MODELS);
  return number == 0 ? OTHER : number;
}

/** The label of a client, of which there are at most `most`. */
export function clientLabel(ptr: usize, len: u32, most: u32): u32 {
  if (len == 0) return NONE;
  const number = CLIENT.find(ptr, len, most);
  return number == 0 ? OTHER : number;
}

/** A counter's labels in one number: `closed` has those that are words of ours, below 2^28. */
export function keyOf(family: Family, closed: u32, model: u32, client: u32): u64 {
  return ((<u64>family) << 60) | ((<u64>closed) << 32) | (model << 16) | client;
}

/** Labels of `Family.Requests`. */
export function requestLabels(operation: Operation, provider: BetaColumn, status: u32): u32 {
  const code = status / 100;
  return ((<u32>operation) << 8) | ((<u32>provider) << 4) | (code < 6 ? code : 0);
}

/** Labels of `Family.Tokens`. */
export function tokenLabels(kind: TokenKind, provider: BetaColumn): u32 {
  return ((<u32>kind) << 4) | provider;
}

/** Labels of `Family.Params`. */
export function paramLabels(adaptation: Adaptation, operation: Operation): u32 {
  return ((<u32>adaptation) << 8) | operation;
}

/** Labels of `Family.UpstreamErrors`. */
export function errorLabels(type: ErrorType, provider: BetaColumn): u32 {
  return ((<u32>type) << 4) | provider;
}

/** Labels of `Family.Prefill`. */
export function prefillLabels(action: PrefillAction, kind: PrefillKind, provider: BetaColumn): u32 {
  return ((<u32>action) << 8) | ((<u32>kind) << 4) | provider;
}

/** Writes the name of a counter; `nameFailed` without memory. */
export function putName(key: u64): Writer {
  const closed = (<u32>(key >> 32)) & 0xfff_ffff;
  NAME.begin(256, LONGEST_NAME);
  switch (<Family>(<u32>(key >> 60))) {
    case Family.Requests:
      putRequests(closed, (<u32>(key >> 16)) & 0xffff);
      break;
    case Family.LocalReplies:
      NAME.literal(L.M_LOCAL_REPLIES);
      NAME.literal(<usize>closed);
      break;
    case Family.UpstreamErrors:
      NAME.literal(L.M_UPSTREAM_ERRORS);
      NAME.literal(errorTypeName(closed >> 4));
      putProvider(closed);
      break;
    case Family.StreamErrors:
      NAME.literal(L.M_STREAM_ERRORS);
      NAME.literal(<usize>closed);
      break;
    case Family.Prefill:
      putPrefill(closed, (<u32>(key >> 16)) & 0xffff, (<u32>key) & 0xffff);
      break;
    default:
      putOther(<Family>(<u32>(key >> 60)), closed, (<u32>(key >> 16)) & 0xffff);
      break;
  }
  NAME.literal(L.M_END);
  return NAME;
}

function putRequests(closed: u32, model: u32): void {
  NAME.literal(L.M_REQUESTS);
  NAME.literal(operationWord(closed >> 8));
  putProvider(closed >> 4);
  putModel(model);
  NAME.literal(L.M_CODE);
  NAME.literal(codeWord(closed & 15));
}

function putPrefill(closed: u32, model: u32, client: u32): void {
  NAME.literal(L.M_PREFILL_ACTION);
  NAME.literal(actionWord(closed >> 8));
  NAME.literal(L.M_KIND);
  NAME.literal(kindWord((closed >> 4) & 15));
  putProvider(closed);
  putModel(model);
  NAME.literal(L.M_CLIENT);
  putText(NAME, CLIENT, client);
}

function putOther(family: Family, closed: u32, text: u32): void {
  switch (family) {
    case Family.Tokens:
      NAME.literal(L.M_TOKENS);
      NAME.literal(tokenWord(closed >> 4));
      putProvider(closed);
      putModel(text);
      break;
    case Family.Params:
      putParam(closed >> 8);
      NAME.literal(L.M_OP);
      NAME.literal(operationWord(closed & 255));
      break;
    case Family.Keys:
      NAME.literal(L.M_KEYS);
      putModelLabel(NAME, text);
      NAME.literal(L.M_OUTCOME);
      NAME.literal(closed == <u32>KeyOutcome.Used ? L.V_USED : L.V_COOLED);
      break;
    case Family.PrefillBytes:
      NAME.literal(L.M_PREFILL_BYTES);
      NAME.literal(actionWord(closed));
      break;
    case Family.PrefillEcho:
      NAME.literal(L.M_PREFILL_ECHO);
      NAME.literal(echoWord(closed));
      break;
    default:
      NAME.literal(L.M_PREFILL_REFUSED);
      NAME.literal(columnWord(closed));
      putModel(text);
      break;
  }
}

/** Of `dropped:seed` the parameter alone, of `clamped:temperature` both words. */
function putParam(adaptation: Adaptation): void {
  const name = adaptationName(adaptation);
  const end = literalPtr(name) + literalLen(name);
  const colon = findByte(literalPtr(name), end, Ascii.Colon);
  if (startsWithLiteral(literalPtr(name), literalLen(name), L.W_DROPPED)) NAME.literal(L.M_IGNORED);
  else {
    NAME.literal(L.M_CHANGED);
    NAME.put(literalPtr(name), <u32>(colon - literalPtr(name)));
    NAME.literal(L.M_PARAM);
  }
  NAME.put(colon + 1, <u32>(end - colon) - 1);
}

function tokenWord(kind: TokenKind): usize {
  switch (kind) {
    case TokenKind.Input:
      return L.V_INPUT;
    case TokenKind.Output:
      return L.V_OUTPUT;
    case TokenKind.CacheRead:
      return L.V_CACHE_READ;
    case TokenKind.CacheWrite:
      return L.V_CACHE_WRITE;
    default:
      return L.V_REASONING;
  }
}

function echoWord(echo: Echo): usize {
  switch (echo) {
    case Echo.Exact:
      return L.V_EXACT;
    case Echo.Fence:
      return L.V_FENCE;
    case Echo.Partial:
      return L.V_PARTIAL;
    default:
      return L.V_NO_ECHO;
  }
}

function putProvider(closed: u32): void {
  NAME.literal(L.M_PROVIDER);
  NAME.literal(columnWord(closed & 15));
}

function putModel(model: u32): void {
  NAME.literal(L.M_MODEL);
  putModelLabel(NAME, model);
}

/** Appends the text of a label from `modelLabel`. */
export function putModelLabel(out: Writer, model: u32): void {
  putText(out, MODEL, model);
}

function putText(out: Writer, texts: LabelTable, number: u32): void {
  if (number == NONE) out.literal(L.V_NONE);
  else if (number == OTHER) out.literal(L.V_OTHER);
  else texts.put(out, number);
}

/** No status at all: the client went before there was an answer. */
function codeWord(code: u32): usize {
  switch (code) {
    case 2:
      return L.V_2XX;
    case 3:
      return L.V_3XX;
    case 4:
      return L.V_4XX;
    case 5:
      return L.V_5XX;
    default:
      return L.V_NONE;
  }
}
