/** Settings of `provider`: one line per member. What they come to is in provider.ts. */
import { Profile } from "../config";
import { UpstreamPath } from "../provider_rows";
import { Reader } from "./reader";
import * as K from "./shape_table";

/** A member of `provider`. */
export function storeProvider(reader: Reader, member: u32): void {
  const profile = reader.profile;
  const value = reader.number;
  switch (member) {
    case K.ProviderKey.Type:
      profile.provider = value;
      break;
    case K.ProviderKey.SetAuthority:
      profile.setAuthority = value != 0;
      break;
    case K.ProviderKey.Surface:
      profile.surface = value;
      break;
    case K.ProviderKey.Gateway:
      profile.gateway = value;
      break;
    default:
      if (member >= <u32>K.ProviderKey.ModelIn) storePlace(profile, member, value);
      storeText(reader, member);
      break;
  }
}

function storePlace(profile: Profile, member: u32, value: u32): void {
  switch (member) {
    case K.ProviderKey.ModelIn:
      profile.modelIn = value;
      break;
    case K.ProviderKey.StreamIn:
      profile.streamIn = value;
      break;
    case K.ProviderKey.VersionIn:
      profile.versionIn = value;
      break;
    case K.ProviderKey.BetaIn:
      profile.betaIn = value;
      break;
    case K.ProviderKey.StreamFraming:
      profile.framing = value;
      break;
    default:
      break;
  }
}

function storeText(reader: Reader, member: u32): void {
  const profile = reader.profile;
  const text = reader.text;
  switch (member) {
    case K.ProviderKey.BasePath: {
      profile.basePathPtr = text.ptr;
      profile.basePathLen = text.len;
      break;
    }
    case K.ProviderKey.AnthropicVersion: {
      profile.anthropicVersionPtr = text.ptr;
      profile.anthropicVersionLen = text.len;
      break;
    }
    case K.ProviderKey.Host: {
      profile.hostPtr = text.ptr;
      profile.hostLen = text.len;
      break;
    }
    case K.ProviderKey.Query: {
      profile.queryPtr = text.ptr;
      profile.queryLen = text.len;
      break;
    }
    default:
      storeName(reader, member);
      break;
  }
}

/** Names that stand in hosts and paths. */
function storeName(reader: Reader, member: u32): void {
  const profile = reader.profile;
  const text = reader.text;
  switch (member) {
    case K.ProviderKey.Region: {
      profile.regionPtr = text.ptr;
      profile.regionLen = text.len;
      break;
    }
    case K.ProviderKey.Project: {
      profile.projectPtr = text.ptr;
      profile.projectLen = text.len;
      break;
    }
    case K.ProviderKey.Resource: {
      profile.resourcePtr = text.ptr;
      profile.resourceLen = text.len;
      break;
    }
    default:
      break;
  }
}

/** A member of `paths`. */
export function storePaths(reader: Reader, member: u32): void {
  const text = reader.text;
  reader.profile.paths.set(pathOf(member), text.ptr, text.len);
}

function pathOf(member: u32): UpstreamPath {
  switch (member) {
    case K.PathsKey.Messages:
      return UpstreamPath.Messages;
    case K.PathsKey.MessagesStream:
      return UpstreamPath.MessagesStream;
    case K.PathsKey.CountTokens:
      return UpstreamPath.CountTokens;
    case K.PathsKey.Batches:
      return UpstreamPath.Batches;
    case K.PathsKey.Files:
      return UpstreamPath.Files;
    default:
      return UpstreamPath.Models;
  }
}
