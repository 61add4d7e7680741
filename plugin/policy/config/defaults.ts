/** The settings of a profile that says nothing. */
import { literalLen, literalPtr } from "../../bytes/compare";
import { copyStruct } from "../../bytes/struct_array";
import { Endpoint, LogLines, Profile, ResponseHeaders } from "../config";
import { Reader } from "./reader";
import { setPrefillDefaults } from "./store_prefill";
import * as T from "./texts";

const MIB: u32 = 1 << 20;
const ALL_ENDPOINTS: u32 = ((Endpoint.Models as u32) << 1) - 1;

/** Fills a zeroed profile with the built-in defaults. */
export function setDefaults(reader: Reader, profile: Profile): void {
  setNoEntries(reader, profile);
  setPrefillDefaults(reader, profile);
  profile.stripPrefixes = reader.openList(2);
  if (reader.failed) return;
  setPrefix(profile, 0, T.PREFIX_ANTHROPIC);
  setPrefix(profile, 1, T.PREFIX_CLAUDE);
  profile.endpoints = ALL_ENDPOINTS;
  profile.listPrefixPtr = literalPtr(T.PREFIX_ANTHROPIC);
  profile.listPrefixLen = literalLen(T.PREFIX_ANTHROPIC);
  profile.cooldownMs = 30000;
  profile.reasoningContent = true;
  profile.reasoningDetails = true;
  profile.maxRequestBytes = 32 * MIB;
  profile.maxResponseBytes = 32 * MIB;
  profile.maxEventBytes = 4 * MIB;
  profile.maxAccumulatedBytes = 8 * MIB;
  profile.maxDepth = 128;
  profile.maxMessages = 100000;
  profile.maxTools = 1024;
  profile.responseHeaders = ResponseHeaders.Policy;
  profile.metrics = true;
  profile.logLines = LogLines.Policy;
  profile.clientMost = 256;
}

/** Fills a profile with the settings of another; lists and maps are shared, nothing changes them. */
export function setFrom(profile: Profile, from: Profile): void {
  copyStruct<Profile>(profile, from);
}

function setNoEntries(reader: Reader, profile: Profile): void {
  profile.keys = reader.emptyKeys;
  profile.clientHeaders = reader.emptyList;
  profile.paths = reader.emptyList;
  profile.aliases = reader.emptyMap;
  profile.allow = reader.emptyList;
  profile.deny = reader.emptyList;
  profile.drop = reader.emptyList;
  profile.reject = reader.emptyList;
  profile.set = reader.emptyMap;
  profile.betaOverrides = reader.emptyMap;
  profile.betaAdd = reader.emptyList;
  profile.betaRemove = reader.emptyList;
  profile.setIfAbsent = reader.emptyMap;
  profile.requestAllow = reader.emptyList;
  profile.requestDeny = reader.emptyList;
  profile.requestSet = reader.emptyMap;
  profile.responseAllow = reader.emptyList;
  profile.responseDeny = reader.emptyList;
  profile.responseSet = reader.emptyMap;
}

function setPrefix(profile: Profile, index: u32, literal: usize): void {
  profile.stripPrefixes.set(index, literalPtr(literal), literalLen(literal));
}
