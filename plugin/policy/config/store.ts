/**
 * Hands checked values to the settings they belong to: one function per object of the configuration, one
 * line per member. Values stand in the reader; texts live as long as the configuration.
 */
import { openStructArray } from "../../bytes/struct_array";
import { Key, ModelInfoRow, Rule } from "../config";
import { checkAliases, checkHeld, checkKey, checkSettings, takeEnvironment } from "./checks";
import { findProfile } from "./names";
import { mergeMaps } from "./merge";
import { Reader } from "./reader";
import * as K from "./shape_table";
import { Group } from "./shape_table";
import { beginPaths, checkProvider } from "./provider";
import { storePaths, storeProvider } from "./store_provider";
import {
  beginBetaRow,
  beginCondition,
  checkCondition,
  openBetaItems,
  storeBeta,
  storeBetaRow,
  storeCondition,
} from "./store_betas";
import {
  beginPrefillGroup,
  endPrefillGroup,
  openPrefillRules,
  storePrefill,
  storePrefillPart,
} from "./store_prefill";
import { storeClientId, storeObservability } from "./store_observability";
import { storeHeaders, storeLimits, storeModelInfo, storeParams } from "./store_tables";

/** The walk enters an object. */
export function beginGroup(reader: Reader, group: Group): void {
  switch (group) {
    case Group.Settings:
      reader.ownKeys = false;
      break;
    case Group.Key:
      beginKey(reader);
      break;
    case Group.Paths:
      beginPaths(reader);
      break;
    case Group.Rule:
      beginRule(reader);
      break;
    case Group.ModelInfo:
      beginRow(reader);
      break;
    case Group.BetaEntry:
      beginBetaRow(reader);
      break;
    case Group.Condition:
      beginCondition(reader);
      break;
    default:
      beginPrefillGroup(reader, group);
      break;
  }
}

/** The walk leaves an object; `seen` has a bit per member that was there. */
export function endGroup(reader: Reader, group: Group, seen: u64): void {
  if (group == Group.Settings) checkSettings(reader);
  else if (group == Group.Key) checkKey(reader, seen);
  else if (group == Group.Provider) checkProvider(reader, seen);
  else if (group == Group.Condition) checkCondition(reader, seen);
  else endPrefillGroup(reader, group);
}

/** A list of objects with `count` entries follows. */
export function openItems(reader: Reader, group: Group, count: u32): void {
  const arena = reader.arena;
  if (group == Group.Key) {
    reader.ownKeys = true;
    const keys = openStructArray<Key>(arena, count);
    if (keys == null) reader.fail();
    else reader.keys = keys;
  } else if (group == Group.Rule) {
    const rules = openStructArray<Rule>(arena, count);
    if (rules == null) reader.fail();
    else reader.config.rules = rules;
  } else if (group == Group.ModelInfo) {
    const rows = openStructArray<ModelInfoRow>(arena, count);
    if (rows == null) reader.fail();
    else reader.config.modelInfo = rows;
  } else if (group == Group.PrefillRule) openPrefillRules(reader, count);
  else openBetaItems(reader, group, count);
}

function beginKey(reader: Reader): void {
  const key = reader.keys.push();
  if (key == null) return;
  key.weight = 1;
  key.models = reader.emptyList;
  reader.key = key;
}

function beginRule(reader: Reader): void {
  const rule = reader.config.rules.push();
  if (rule == null) return;
  rule.hosts = reader.emptyList;
  rule.routes = reader.emptyList;
  rule.models = reader.emptyList;
  rule.headers = reader.emptyMap;
  reader.rule = rule;
}

function beginRow(reader: Reader): void {
  const row = reader.config.modelInfo.push();
  if (row == null) return;
  row.match = reader.emptyList;
  reader.row = row;
}

/** A member of `group` was walked and is valid. */
export function storeMember(reader: Reader, group: Group, member: u32): void {
  switch (group) {
    case Group.Key:
      storeKey(reader, member);
      break;
    case Group.Rule:
      storeRule(reader, member);
      break;
    case Group.Match:
      storeMatch(reader, member);
      break;
    case Group.ModelInfo:
      storeModelInfo(reader, member);
      break;
    case Group.BetaTable:
      if (member == K.BetaTableKey.Base) reader.betasBare = reader.number != 0;
      break;
    case Group.BetaEntry:
      storeBetaRow(reader, member);
      break;
    case Group.Condition:
      storeCondition(reader, member);
      break;
    default:
      storeProfile(reader, group, member);
      break;
  }
}

/** A member of a profile or of one of its objects. */
function storeProfile(reader: Reader, group: Group, member: u32): void {
  switch (group) {
    case Group.Settings:
      storeSettings(reader, member);
      break;
    case Group.Provider:
      storeProvider(reader, member);
      break;
    case Group.Paths:
      storePaths(reader, member);
      break;
    case Group.Auth:
      storeAuth(reader, member);
      break;
    case Group.Models:
      storeModels(reader, member);
      break;
    case Group.Beta:
      storeBeta(reader, member);
      break;
    case Group.Prefill:
      storePrefill(reader, member);
      break;
    case Group.Params:
      storeParams(reader, member);
      break;
    case Group.Headers:
      storeHeaders(reader, member);
      break;
    case Group.Limits:
      storeLimits(reader, member);
      break;
    default:
      storeSurface(reader, group, member);
      break;
  }
}

/** A member of an object that is about one surface, or about what is seen of it. */
function storeSurface(reader: Reader, group: Group, member: u32): void {
  switch (group) {
    case Group.Observability:
      storeObservability(reader, member);
      break;
    case Group.ClientId:
      storeClientId(reader, member);
      break;
    case Group.Reasoning:
      storeReasoning(reader);
      break;
    case Group.Responses:
      storeResponses(reader, member);
      break;
    case Group.Stream:
      storeStream(reader, member);
      break;
    case Group.Completions:
      reader.profile.completionsMode = reader.number;
      break;
    case Group.Batches:
      storeBatches(reader, member);
      break;
    default:
      storePrefillPart(reader, group, member);
      break;
  }
}

function storeBatches(reader: Reader, member: u32): void {
  if (member == K.BatchesKey.InputFile) reader.profile.inputFile = reader.number;
  else reader.profile.batchStatus = reader.number;
}

function storeSettings(reader: Reader, member: u32): void {
  if (member == K.SettingsKey.Endpoints) reader.profile.endpoints = reader.bits;
  else if (member == K.SettingsKey.Compat) reader.profile.compat = reader.number;
  else if (member == K.SettingsKey.Lane) {
    reader.profile.lanePtr = reader.text.ptr;
    reader.profile.laneLen = reader.text.len;
  }
}

function storeAuth(reader: Reader, member: u32): void {
  const profile = reader.profile;
  switch (member) {
    case K.AuthKey.Mode:
      profile.authMode = reader.number;
      break;
    case K.AuthKey.Header:
      profile.authHeader = reader.number;
      break;
    case K.AuthKey.Keys:
      profile.keys = reader.keys;
      break;
    case K.AuthKey.Select:
      profile.keySelect = reader.number;
      break;
    case K.AuthKey.HashOn:
      profile.hashOnPtr = reader.text.ptr;
      profile.hashOnLen = reader.text.len;
      break;
    case K.AuthKey.CooldownMs:
      profile.cooldownMs = reader.number;
      break;
    default:
      break;
  }
}

function storeKey(reader: Reader, member: u32): void {
  const key = reader.key;
  const text = reader.text;
  switch (member) {
    case K.KeyKey.Name:
      key.namePtr = text.ptr;
      key.nameLen = text.len;
      break;
    case K.KeyKey.Env:
      takeEnvironment(reader);
      break;
    case K.KeyKey.Value: {
      key.valuePtr = text.ptr;
      key.valueLen = text.len;
      break;
    }
    case K.KeyKey.Weight:
      key.weight = reader.number;
      break;
    case K.KeyKey.Models: {
      key.models = reader.list;
      checkHeld(reader);
      break;
    }
    default:
      break;
  }
}

function storeModels(reader: Reader, member: u32): void {
  const profile = reader.profile;
  const text = reader.text;
  switch (member) {
    case K.ModelsKey.Default: {
      profile.modelDefaultPtr = text.ptr;
      profile.modelDefaultLen = text.len;
      break;
    }
    case K.ModelsKey.StripPrefixes:
      profile.stripPrefixes = reader.list;
      break;
    case K.ModelsKey.Aliases: {
      checkAliases(reader);
      profile.aliases = mergeMaps(reader, profile.aliases, reader.map);
      break;
    }
    case K.ModelsKey.Template: {
      profile.templatePtr = text.ptr;
      profile.templateLen = text.len;
      break;
    }
    case K.ModelsKey.Allow:
      profile.allow = reader.list;
      break;
    case K.ModelsKey.Deny:
      profile.deny = reader.list;
      break;
    case K.ModelsKey.OnDenied:
      profile.onDenied = reader.number;
      break;
    default:
      storeModelList(reader, member);
      break;
  }
}

function storeModelList(reader: Reader, member: u32): void {
  const profile = reader.profile;
  if (member == K.ModelsKey.List) profile.listMode = reader.number;
  else if (member == K.ModelsKey.ListPrefix) {
    profile.listPrefixPtr = reader.text.ptr;
    profile.listPrefixLen = reader.text.len;
  }
}

/** Bits in the order of the words of `reasoning.fields`. */
const enum ReasoningBit {
  Content = 1,
  Field = 2,
  Details = 4,
  Blocks = 8,
}

function storeReasoning(reader: Reader): void {
  const profile = reader.profile;
  profile.reasoningContent = (reader.bits & ReasoningBit.Content) != 0;
  profile.reasoningField = (reader.bits & ReasoningBit.Field) != 0;
  profile.reasoningDetails = (reader.bits & ReasoningBit.Details) != 0;
  profile.thinkingBlocks = (reader.bits & ReasoningBit.Blocks) != 0;
}

function storeStream(reader: Reader, member: u32): void {
  if (member == K.StreamKey.Ping) reader.profile.streamPing = reader.number;
  else reader.profile.streamUsage = reader.number;
}

function storeResponses(reader: Reader, member: u32): void {
  const profile = reader.profile;
  switch (member) {
    case K.ResponsesKey.TextItems:
      profile.textItems = reader.number;
      break;
    case K.ResponsesKey.ReasoningEvents:
      profile.reasoningEvents = reader.number;
      break;
    default:
      profile.streamErrors = reader.number;
      break;
  }
}

function storeRule(reader: Reader, member: u32): void {
  if (member != K.RuleKey.Profile) return;
  const profile = findProfile(reader);
  if (profile >= 0) reader.rule.profile = profile;
}

function storeMatch(reader: Reader, member: u32): void {
  const rule = reader.rule;
  switch (member) {
    case K.MatchKey.PathPrefix: {
      rule.pathPrefixPtr = reader.text.ptr;
      rule.pathPrefixLen = reader.text.len;
      break;
    }
    case K.MatchKey.Hosts:
      rule.hosts = reader.list;
      break;
    case K.MatchKey.Routes:
      rule.routes = reader.list;
      break;
    case K.MatchKey.Headers:
      rule.headers = reader.map;
      break;
    case K.MatchKey.Models: {
      rule.models = reader.list;
      checkHeld(reader);
      break;
    }
    default:
      break;
  }
}
