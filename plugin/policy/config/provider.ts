/**
 * From the settings of `provider` to the upstream that they describe: a row of the provider table with everything filled in that does
 * not depend on the request, and what is wrong with the settings as a whole. Source: docs/providers.md.
 */
import { Ascii } from "../../bytes/ascii";
import {
  byteAt,
  equals,
  equalsLiteral,
  findByte,
  literalLen,
  startsWithLiteral,
} from "../../bytes/compare";
import { openStruct } from "../../bytes/records";
import { makeWriter, Writer } from "../../bytes/writer";
import {
  Framing,
  Gateway,
  HeadPlace,
  MemberPlace,
  Profile,
  Provider,
  RequestHeaders,
  Surface,
} from "../config";
import {
  PATH_COUNT,
  pathAt,
  pathLen,
  providerRow,
  providerText,
  UpstreamKind,
  UpstreamPath,
} from "../provider_rows";
import { isModelInPath, Upstream } from "../upstream";
import { addAt } from "./checks";
import { Reader } from "./reader";
import * as R from "./report";
import * as S from "./shape";
import { GroupNode, ProviderKey } from "./shape_table";
import * as T from "./texts";

/** Longest path or host: the longest template with the longest name in each of its places. */
const LONGEST_TEXT: u32 = 8192;

const TEXT: Writer = makeWriter();

/** `paths` begins: a profile's own list, so that those of `defaults` stay. */
export function beginPaths(reader: Reader): void {
  const before = reader.profile.paths;
  const paths = reader.openList(PATH_COUNT);
  if (reader.failed) return;
  for (let i: u32 = 0; i < before.count; i++) paths.set(i, before.ptr(i), before.len(i));
  reader.profile.paths = paths;
}

/** A profile's own `provider` was read: names that its kind has no use for are mistakes. */
export function checkProvider(reader: Reader, seen: u64): void {
  if (reader.isDefaults) return;
  const node = S.nodeAt(GroupNode.Provider);
  for (let i: u32 = 0; i < node.count; i++) {
    if ((seen & ((<u64>1) << (<u64>i))) == 0) continue;
    const text = whoseKey(reader.profile.provider, i);
    if (text == 0) continue;
    const member = S.memberAt(node.first + i);
    R.addMemberError(reader.report, S.tableText(member.name), member.nameLen, text);
  }
}

/** What to say about a key of another kind; 0 when it is this kind's. */
function whoseKey(provider: Provider, key: ProviderKey): usize {
  switch (key) {
    case ProviderKey.Project:
      return provider == Provider.Vertex ? 0 : T.ONLY_VERTEX;
    case ProviderKey.Region:
      return provider == Provider.Vertex || provider == Provider.Bedrock ? 0 : T.ONLY_REGIONS;
    case ProviderKey.Resource:
      return provider == Provider.Azure ? 0 : T.ONLY_AZURE;
    case ProviderKey.Surface:
      return provider == Provider.Bedrock ? 0 : T.ONLY_BEDROCK;
    case ProviderKey.Gateway:
      return provider == Provider.Databricks ? 0 : T.ONLY_DATABRICKS;
    default:
      return key >= ProviderKey.Paths && provider != Provider.Custom ? T.ONLY_CUSTOM : 0;
  }
}

/** Fills the upstream of a profile whose settings are all known, and reports what is missing. */
export function resolveUpstream(reader: Reader): void {
  const profile = reader.profile;
  const upstream = openStruct<Upstream>(reader.arena);
  if (upstream == null) {
    reader.fail();
    return;
  }
  profile.upstream = upstream;
  upstream.kind = kindOf(profile);
  upstream.row = providerRow(upstream.kind);
  setPlaces(upstream, profile);
  setVersion(upstream, profile);
  if (!setPaths(reader, upstream)) return;
  if (profile.setAuthority) setAuthority(reader, upstream);
  checkUpstream(reader, upstream);
}

function kindOf(profile: Profile): UpstreamKind {
  switch (profile.provider) {
    case Provider.Anthropic:
      return UpstreamKind.Anthropic;
    case Provider.Azure:
      return UpstreamKind.Azure;
    case Provider.Vertex:
      return UpstreamKind.Vertex;
    case Provider.Bedrock:
      return bedrockKind(profile.surface);
    case Provider.Databricks:
      return profile.gateway == Gateway.AiGateway
        ? UpstreamKind.DatabricksAiGateway
        : UpstreamKind.Databricks;
    default:
      return UpstreamKind.Custom;
  }
}

function bedrockKind(surface: Surface): UpstreamKind {
  if (surface == Surface.Invoke) return UpstreamKind.Bedrock;
  return surface == Surface.Messages ? UpstreamKind.BedrockMessages : UpstreamKind.BedrockMantle;
}

/** Where things go: as the row says, for a custom upstream as the profile does. */
function setPlaces(upstream: Upstream, profile: Profile): void {
  const row = upstream.row;
  upstream.streamInBody = row.streamInBody != 0;
  upstream.versionInBody = row.versionInBody != 0;
  upstream.betasInBody = row.betasInBody != 0;
  upstream.eventStream = row.eventStream != 0;
  if (profile.provider != Provider.Custom) return;
  upstream.modelAlways = profile.modelIn == MemberPlace.Body;
  upstream.modelNever = profile.modelIn == MemberPlace.Path;
  upstream.streamInBody = profile.streamIn != MemberPlace.Path;
  upstream.versionInBody = profile.versionIn == HeadPlace.Body;
  upstream.betasInBody = profile.betaIn == HeadPlace.Body;
  upstream.eventStream = profile.framing == Framing.AwsEventStream;
}

function setVersion(upstream: Upstream, profile: Profile): void {
  const row = upstream.row;
  const isOwn = profile.anthropicVersionPtr != 0;
  upstream.versionPtr = isOwn ? profile.anthropicVersionPtr : providerText(row.versionAt);
  upstream.versionLen = isOwn ? profile.anthropicVersionLen : row.versionLen;
}

/** All paths with the base path in front. False without memory. */
function setPaths(reader: Reader, upstream: Upstream): bool {
  const profile = reader.profile;
  const row = upstream.row;
  upstream.paths = reader.openList(PATH_COUNT);
  upstream.queryPtr = profile.queryPtr;
  upstream.queryLen = profile.queryLen;
  for (let i: u32 = 0; i < PATH_COUNT && !reader.failed; i++) {
    const own = ownPath(profile, i);
    if (profile.paths.count > 0 && profile.paths.len(own) > 0) {
      setPath(reader, upstream, i, profile.paths.ptr(own), profile.paths.len(own));
    } else {
      setPath(reader, upstream, i, providerText(pathAt(row, i)), pathLen(row, i));
    }
  }
  if (reader.failed) return false;
  upstream.pathNeedsBody =
    isModelInPath(upstream, UpstreamPath.Messages) ||
    isModelInPath(upstream, UpstreamPath.MessagesStream) ||
    !isSamePath(upstream, UpstreamPath.Messages, UpstreamPath.MessagesStream);
  return true;
}

/** A custom upstream streams where it answers whole, unless it says otherwise. */
function ownPath(profile: Profile, path: UpstreamPath): UpstreamPath {
  const streams = profile.paths.count > 0 && profile.paths.len(UpstreamPath.MessagesStream) > 0;
  return path == UpstreamPath.MessagesStream && !streams ? UpstreamPath.Messages : path;
}

function setPath(
  reader: Reader,
  upstream: Upstream,
  path: UpstreamPath,
  ptr: usize,
  len: u32,
): void {
  if (len == 0) return;
  const profile = reader.profile;
  TEXT.begin(256, LONGEST_TEXT);
  TEXT.put(profile.basePathPtr, profile.basePathLen);
  putFilled(TEXT, profile, ptr, len);
  const copy = reader.keep(TEXT.start, TEXT.length);
  upstream.paths.set(path, copy, TEXT.length);
  TEXT.finish(0);
}

/** Appends a text of the table with the profile's names in its places; `{model}` stays. */
function putFilled(out: Writer, profile: Profile, ptr: usize, len: u32): void {
  const end = ptr + len;
  while (ptr < end) {
    const open = findByte(ptr, end, Ascii.BraceOpen);
    out.put(ptr, <u32>(open - ptr));
    if (open == end) return;
    const close = findByte(open, end, Ascii.BraceClose);
    const stop = close < end ? close + 1 : end;
    putName(out, profile, open, <u32>(stop - open));
    ptr = stop;
  }
}

function putName(out: Writer, profile: Profile, place: usize, len: u32): void {
  if (equalsLiteral(place, len, T.REGION_PLACE)) out.put(profile.regionPtr, profile.regionLen);
  else if (equalsLiteral(place, len, T.PROJECT_PLACE)) {
    out.put(profile.projectPtr, profile.projectLen);
  } else if (equalsLiteral(place, len, T.RESOURCE_PLACE)) {
    out.put(profile.resourcePtr, profile.resourceLen);
  } else out.put(place, len);
}

function isSamePath(upstream: Upstream, a: UpstreamPath, b: UpstreamPath): bool {
  const paths = upstream.paths;
  const len = paths.len(a);
  return len == paths.len(b) && equals(paths.ptr(a), paths.ptr(b), len);
}

/** The host of the profile, else that of the table. */
function setAuthority(reader: Reader, upstream: Upstream): void {
  const profile = reader.profile;
  upstream.authorityPtr = profile.hostPtr;
  upstream.authorityLen = profile.hostLen;
  if (profile.hostPtr != 0) return;
  const missing = missingForHost(profile);
  if (missing != 0) {
    addAt(reader, T.PROVIDER, missing);
    return;
  }
  TEXT.begin(256, LONGEST_TEXT);
  if (profile.provider == Provider.Vertex) putVertexHost(TEXT, profile, upstream);
  else {
    const row = upstream.row;
    putFilled(TEXT, profile, providerText(row.hostAt), row.hostLen);
  }
  upstream.authorityPtr = reader.keep(TEXT.start, TEXT.length);
  upstream.authorityLen = TEXT.length;
  TEXT.finish(0);
}

function missingForHost(profile: Profile): usize {
  switch (profile.provider) {
    case Provider.Azure:
      return profile.resourcePtr == 0 ? T.NEEDS_RESOURCE : 0;
    case Provider.Bedrock:
      return profile.regionPtr == 0 ? T.NEEDS_BEDROCK_REGION : 0;
    case Provider.Databricks:
    case Provider.Custom:
      return T.NEEDS_HOST;
    default:
      return 0;
  }
}

/** Three regions have hosts of other forms. Source: docs/providers.md, "Hosts of Vertex". */
function putVertexHost(out: Writer, profile: Profile, upstream: Upstream): void {
  const ptr = profile.regionPtr;
  const len = profile.regionLen;
  if (equalsLiteral(ptr, len, T.REGION_GLOBAL)) out.literal(T.HOST_GLOBAL);
  else if (equalsLiteral(ptr, len, T.REGION_US) || equalsLiteral(ptr, len, T.REGION_EU)) {
    out.literal(T.HOST_MULTI);
    out.put(ptr, len);
    out.literal(T.HOST_MULTI_END);
  } else putFilled(out, profile, providerText(upstream.row.hostAt), upstream.row.hostLen);
}

function checkUpstream(reader: Reader, upstream: Upstream): void {
  const profile = reader.profile;
  if (profile.provider == Provider.Vertex) {
    if (profile.projectPtr == 0) addAt(reader, T.PROVIDER, T.NEEDS_PROJECT);
    if (profile.regionPtr == 0) addAt(reader, T.PROVIDER, T.NEEDS_REGION);
  }
  if (profile.provider == Provider.Custom) checkCustom(reader, upstream);
  if (profile.provider == Provider.Bedrock) checkModelNames(reader);
  if (upstream.pathNeedsBody && reader.config.requestHeaders == RequestHeaders.Early) {
    addAt(reader, T.PROVIDER, T.EARLY_MODELS);
  }
}

function checkCustom(reader: Reader, upstream: Upstream): void {
  const profile = reader.profile;
  for (let i: u32 = 0; i < profile.paths.count; i++) {
    if (!hasOnlyModel(profile.paths.ptr(i), profile.paths.len(i))) {
      addAt(reader, T.PROVIDER_PATHS, T.UNKNOWN_PLACE);
      return;
    }
  }
  if (upstream.modelNever && !isModelInPath(upstream, UpstreamPath.Messages)) {
    addAt(reader, T.PROVIDER_MODEL_IN, T.NO_MODEL_PLACE);
  }
  if (upstream.streamInBody) return;
  if (isSamePath(upstream, UpstreamPath.Messages, UpstreamPath.MessagesStream)) {
    addAt(reader, T.PROVIDER_STREAM_IN, T.NO_STREAM_PATH);
  }
}

/** True when a path has no place, or only that of the model, once. */
function hasOnlyModel(ptr: usize, len: u32): bool {
  const end = ptr + len;
  const open = findByte(ptr, end, Ascii.BraceOpen);
  if (open == end) return true;
  if (!startsWithLiteral(open, <u32>(end - open), T.MODEL_PLACE)) return false;
  return findByte(open + literalLen(T.MODEL_PLACE), end, Ascii.BraceOpen) == end;
}

/** A percent sign in a name would be escaped once more, which nobody means. */
function checkModelNames(reader: Reader): void {
  const profile = reader.profile;
  const aliases = profile.aliases;
  for (let i: u32 = 0; i < aliases.count; i++) {
    if (!hasPercent(aliases.valuePtr(i), aliases.valueLen(i))) continue;
    const path = reader.report.path;
    const mark = path.mark();
    path.literal(T.MODELS_ALIASES);
    R.addMemberError(reader.report, aliases.keyPtr(i), aliases.keyLen(i), T.PERCENT_IN_MODEL);
    R.popPath(reader.report, mark);
  }
  if (hasPercent(profile.templatePtr, profile.templateLen)) {
    addAt(reader, T.MODELS_TEMPLATE, T.PERCENT_IN_MODEL);
  }
  if (hasPercent(profile.modelDefaultPtr, profile.modelDefaultLen)) {
    addAt(reader, T.MODELS_DEFAULT, T.PERCENT_IN_MODEL);
  }
}

function hasPercent(ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) if (byteAt(ptr + i) == <u32>Ascii.Percent) return true;
  return false;
}
