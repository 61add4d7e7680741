/**
 * The parsed configuration: unmanaged structs in one arena per root context, immutable after
 * `readConfig`. Knows names and types of settings; parsing is in config_reader.ts.
 * Every (ptr, len) pair is unescaped UTF-8 unless it says "JSON"; ptr 0 means absent. The words of an
 * enum stand in the order of their `enum` in docs/config.schema.json.
 */
import { Arena, closeArena } from "../bytes/arena";
import { StructArray } from "../bytes/struct_array";
import { TextList, TextMap } from "../bytes/text_list";
import { PathSet } from "../json/paths";
import { Sampling, ThinkingClass } from "../translate/traits";
import { BetaRow } from "./beta_table";
import {
  ReasoningEvents,
  StreamErrors,
  StreamPing,
  StreamUsage,
  TextItems,
} from "./config/answer_words";
import { AuthHeader, AuthMode, KeySelect } from "./config/auth_words";
import { LogLines, ResponseHeaders } from "./config/observe_words";
import { NeedsThinking, ThinkingDefault } from "./model_rows";
import { PrefillSettings } from "./prefill_settings";
import { Upstream } from "./upstream";

export {
  ReasoningEvents,
  StreamErrors,
  StreamPing,
  StreamUsage,
  TextItems,
} from "./config/answer_words";
export { AuthHeader, AuthMode, KeySelect } from "./config/auth_words";
export { LogLines, ResponseHeaders } from "./config/observe_words";

export const enum RequestHeaders {
  Hold = 0,
  Early = 1,
}

export const enum Provider {
  Anthropic = 0,
  Azure = 1,
  Vertex = 2,
  Bedrock = 3,
  Databricks = 4,
  Custom = 5,
}

/** Bedrock's APIs. */
export const enum Surface {
  Invoke = 0,
  Messages = 1,
  Mantle = 2,
}

/** Databricks' gateways. */
export const enum Gateway {
  ServingEndpoints = 0,
  AiGateway = 1,
}

/** Where a custom upstream has model and stream. */
export const enum MemberPlace {
  /** Model: in the path where that has a place for it, else in the body. Stream: in the body. */
  Auto = 0,
  Body = 1,
  Path = 2,
}

/** Where a custom upstream has version and betas. */
export const enum HeadPlace {
  Auto = 0,
  Header = 1,
  Body = 2,
}

/** How the streams of a custom upstream are framed. */
export const enum Framing {
  Auto = 0,
  Sse = 1,
  AwsEventStream = 2,
}

/** Bits of `Profile.endpoints`. */
export const enum Endpoint {
  ChatCompletions = 1,
  Responses = 2,
  Completions = 4,
  Messages = 8,
  CountTokens = 16,
  Batches = 32,
  Files = 64,
  Models = 128,
}

/** Where the list of models comes from. */
export const enum ListMode {
  Upstream = 0,
  Aliases = 1,
  Both = 2,
}

/** Which upstream API serves legacy Completions. */
export const enum CompletionsMode {
  Auto = 0,
  Messages = 1,
  Complete = 2,
}

/** What becomes of an uploaded input of a batch. */
export const enum InputFile {
  Reject = 0,
  Eager = 1,
}

/** Words of a batch's `status`. */
export const enum BatchStatus {
  OpenAi = 0,
  Native = 1,
}

export const enum OnDenied {
  Reject = 0,
  Default = 1,
}

export const enum ParamsMode {
  Lenient = 0,
  Strict = 1,
}

export const enum StructuredOutput {
  Auto = 0,
  Native = 1,
  Tool = 2,
  Reject = 3,
}

export const enum Compat {
  Default = 0,
  Bifrost = 1,
}

export const enum BetaUnknown {
  Auto = 0,
  Forward = 1,
  Drop = 2,
  Reject = 3,
}

/** One upstream key. The value never appears in a log, metric, header dump or error. */
@unmanaged
@final
export class Key {
  namePtr: usize;
  nameLen: u32;
  valuePtr: usize; // visible ASCII, so it can stand in a header
  valueLen: u32;
  weight: u32;
  models: TextList; // globs; empty: all models
  restsUntilMs: u64; // since 1970; 0: does not rest. The only value of a configuration that changes
}

/** Settings of one profile, `defaults` merged in. */
@unmanaged
@final
export class Profile {
  namePtr: usize; // "default" in the short form
  nameLen: u32;
  provider: Provider;
  basePathPtr: usize; // in front of the provider's table path
  basePathLen: u32;
  anthropicVersionPtr: usize; // absent: the provider's
  anthropicVersionLen: u32;
  hostPtr: usize; // for `setAuthority`; absent: the provider's
  hostLen: u32;
  setAuthority: bool;
  surface: Surface;
  gateway: Gateway;
  regionPtr: usize;
  regionLen: u32;
  projectPtr: usize;
  projectLen: u32;
  resourcePtr: usize;
  resourceLen: u32;
  paths: TextList; // of a custom upstream, by UpstreamPath; length 0: not named
  modelIn: MemberPlace;
  streamIn: MemberPlace;
  versionIn: HeadPlace;
  betaIn: HeadPlace;
  framing: Framing;
  queryPtr: usize; // without the question mark
  queryLen: u32;
  upstream: Upstream; // what all of these come to; not set in `defaults`
  endpoints: u32; // bits of Endpoint
  lanePtr: usize; // value of x-bridge-lane; length 0: not written
  laneLen: u32;

  authMode: AuthMode;
  authHeader: AuthHeader;
  keySelect: KeySelect;
  hashOnPtr: usize; // name of the header that tells clients apart; length 0: their credential does
  hashOnLen: u32;
  cooldownMs: u32; // a key rests that long when the upstream names no time
  keys: StructArray<Key>; // read with `keyCount`, `keyAt`

  modelDefaultPtr: usize;
  modelDefaultLen: u32;
  stripPrefixes: TextList;
  aliases: TextMap; // glob → target
  templatePtr: usize; // holds `{model}` once
  templateLen: u32;
  allow: TextList; // globs; empty: all
  deny: TextList; // globs
  onDenied: OnDenied;
  listMode: ListMode;
  listPrefixPtr: usize; // in front of listed ids
  listPrefixLen: u32;

  paramsMode: ParamsMode;
  drop: TextList; // members of the Anthropic body that are not sent
  reject: TextList; // members of the Anthropic body that are refused
  set: TextMap; // member → JSON text
  setIfAbsent: TextMap; // member → JSON text
  defaultMaxTokens: u32; // 0: by the model table
  samplingKeep: bool;
  structuredOutput: StructuredOutput;

  betaIgnore: bool; // the client's tokens
  betaNever: bool; // no token because of what the body has
  betaUnknown: BetaUnknown;
  betaReject: bool; // tokens that the provider does not have are refused
  betaOverrides: TextMap; // token prefix → token; value FLAG_TRUE or FLAG_FALSE with length 0
  betaAdd: TextList;
  betaRemove: TextList;

  prefill: PrefillSettings; // not changed once it is shared

  compat: Compat;
  reasoningContent: bool; // thinking text as `reasoning_content`
  reasoningField: bool; // … as `reasoning`
  reasoningDetails: bool; // signed blocks as `reasoning_details`
  thinkingBlocks: bool; // … also as `thinking_blocks`
  streamPing: StreamPing;
  streamUsage: StreamUsage;
  completionsMode: CompletionsMode;
  textItems: TextItems;
  reasoningEvents: ReasoningEvents;
  streamErrors: StreamErrors;
  inputFile: InputFile;
  batchStatus: BatchStatus;

  requestAllow: TextList; // globs on names; empty: all
  requestDeny: TextList; // globs on names
  requestSet: TextMap; // name → value
  responseAllow: TextList; // globs on names; empty: all
  responseDeny: TextList; // globs on names
  responseSet: TextMap; // name → value

  maxRequestBytes: u32;
  maxResponseBytes: u32;
  maxEventBytes: u32;
  maxAccumulatedBytes: u32;
  maxDepth: u32;
  maxMessages: u32;
  maxTools: u32;

  responseHeaders: ResponseHeaders;
  metrics: bool;
  exports: u32; // one bit for each word of `export`
  logLines: LogLines;
  clientHeaders: TextList; // names; the first one that a request has tells the client
  clientProperty: usize; // else this property of the host, a literal; 0: none
  clientHash: bool; // only a hash of it is shown
  clientMost: u32; // values of the label `client`; more are counted together

  get keyCount(): u32 {
    return this.keys.count;
  }
}

/** One rule of the long form; all matchers that are present must hold. */
@unmanaged
@final
export class Rule {
  pathPrefixPtr: usize; // stripped before the path table
  pathPrefixLen: u32;
  hosts: TextList; // globs
  routes: TextList; // globs
  headers: TextMap; // header name → glob; value FLAG_TRUE or FLAG_FALSE with length 0
  models: TextList; // globs; decided when the body has been read
  profile: u32; // index into profiles
}

/** Value pointer of `true` where a text may stand; in `Rule.headers`: the header must be there, whatever its value. */
export const FLAG_TRUE: usize = 1;
/** Value pointer of `false` where a text may stand; in `Rule.headers`: the header must not be there. */
export const FLAG_FALSE: usize = 2;

/** Bits of `ModelInfoRow.given`: which cells a row has. */
export const enum ModelCell {
  MaxOutput = 1,
  WindowStops = 2,
  Thinking = 4,
  ThinkingDefault = 8,
  Sampling = 16,
  Effort = 32,
  Prefill = 64,
  MidSystem = 128,
  ForcedChoice = 256,
  SchemaOutput = 512,
  StrictTools = 1024,
  NeedsThinking = 2048,
  Interleaved = 4096,
}

/** One row of `model_info`; a cell counts only when its bit is in `given`. */
@unmanaged
@final
export class ModelInfoRow {
  match: TextList; // globs on the name as asked for and as sent
  likePtr: usize; // model whose built-in row is the start; absent: the row that the name finds
  likeLen: u32;
  given: u32; // bits of ModelCell
  maxOutput: u32; // tokens
  windowStops: bool;
  thinking: ThinkingClass;
  thinkingDefault: ThinkingDefault;
  sampling: Sampling;
  efforts: u32; // bits of Effort
  prefill: bool;
  midSystem: bool;
  forcedChoice: bool;
  schemaOutput: bool;
  strictTools: bool;
  needsThinking: NeedsThinking;
  interleaved: bool;
}

/** What one root context serves. */
@unmanaged
@final
export class Config {
  arena: Arena; // owns everything below
  requestHeaders: RequestHeaders;
  profiles: StructArray<Profile>;
  defaultProfile: i32; // index, -1: none
  rejectUnmatched: bool; // on_no_match: reject
  rules: StructArray<Rule>;
  modelInfo: StructArray<ModelInfoRow>;
  betas: StructArray<BetaRow>;
  betasAsk: bool; // a configured row has conditions
  features: PathSet; // questions about native bodies

  get profileCount(): u32 {
    return this.profiles.count;
  }

  get ruleCount(): u32 {
    return this.rules.count;
  }

  get modelInfoCount(): u32 {
    return this.modelInfo.count;
  }
}

/** Profile `index`, which is below `profileCount`. */
export function profileAt(config: Config, index: u32): Profile {
  return config.profiles.at(index);
}

/** Rule `index`, which is below `ruleCount`. */
export function ruleAt(config: Config, index: u32): Rule {
  return config.rules.at(index);
}

/** Key `index` of a profile, which is below its `keyCount`. */
export function keyAt(profile: Profile, index: u32): Key {
  return profile.keys.at(index);
}

/** Frees a configuration with everything in it. */
export function closeConfig(config: Config): void {
  closeArena(config.arena);
}
