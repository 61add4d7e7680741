/**
 * The parsed configuration: unmanaged structs in one arena per root context, immutable after
 * `readConfig`. Knows names and types of settings; parsing is in config_reader.ts.
 * Every (ptr, len) pair is unescaped UTF-8 unless it says "JSON"; ptr 0 means absent.
 */
import { Arena } from "../bytes/arena";
import { TextList, TextMap } from "../bytes/text_list";

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

export const enum AuthMode {
  Upstream = 0,
  Client = 1,
  Keys = 2,
}

export const enum AuthHeader {
  Auto = 0,
  XApiKey = 1,
  ApiKey = 2,
  Authorization = 3,
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

export const enum StreamPing {
  Comment = 0,
  Drop = 1,
}

export const enum StreamUsage {
  OnRequest = 0,
  Always = 1,
}

export const enum ResponseHeaders {
  None = 0,
  Policy = 1,
  All = 2,
}

/** One upstream key. The value never appears in a log, metric, header dump or error. */
@unmanaged
@final
export class Key {
  namePtr: usize;
  nameLen: u32;
  valuePtr: usize;
  valueLen: u32;
  weight: u32;
  models: TextList; // globs; empty: all models
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
  anthropicVersionPtr: usize;
  anthropicVersionLen: u32;

  authMode: AuthMode;
  authHeader: AuthHeader;
  keyCount: u32;
  keys: usize; // keyCount × Key; read with `keyAt`

  modelDefaultPtr: usize;
  modelDefaultLen: u32;
  stripPrefixes: TextList;
  aliases: TextMap; // glob → target
  templatePtr: usize;
  templateLen: u32;
  allow: TextList;
  deny: TextList;

  paramsMode: ParamsMode;
  drop: TextList; // members of the Anthropic body that are not sent
  reject: TextList; // members of the Anthropic body that are refused
  set: TextMap; // member → JSON text
  setIfAbsent: TextMap; // member → JSON text
  defaultMaxTokens: u32; // 0: by the model table
  samplingKeep: bool;
  structuredOutput: StructuredOutput;

  compat: Compat;
  reasoningContent: bool; // thinking text as `reasoning_content`
  reasoningField: bool; // … as `reasoning`
  reasoningDetails: bool; // signed blocks as `reasoning_details`
  thinkingBlocks: bool; // … also as `thinking_blocks`
  streamPing: StreamPing;
  streamUsage: StreamUsage;

  maxRequestBytes: u32;
  maxResponseBytes: u32;
  maxEventBytes: u32;
  maxAccumulatedBytes: u32;
  maxDepth: u32;
  maxMessages: u32;
  maxTools: u32;

  responseHeaders: ResponseHeaders;
  metrics: bool;
}

/** One rule of the long form; all matchers that are present must hold. */
@unmanaged
@final
export class Rule {
  pathPrefixPtr: usize; // stripped before the path table
  pathPrefixLen: u32;
  hosts: TextList; // globs
  routes: TextList; // globs
  headers: TextMap; // header name → glob; value len 0 with ptr 1: present, ptr 2: absent
  models: TextList; // globs; decided when the body has been read
  profile: u32; // index into profiles
}

/** What one root context serves. */
@unmanaged
@final
export class Config {
  arena: Arena; // owns everything below
  requestHeaders: RequestHeaders;
  profileCount: u32;
  profiles: usize; // profileCount × Profile; read with `profileAt`
  defaultProfile: i32; // index, -1: none
  rejectUnmatched: bool; // on_no_match: reject
  ruleCount: u32;
  rules: usize; // ruleCount × Rule; read with `ruleAt`
  modelInfo: usize; // rows laid over the model table (policy/model_table.ts)
  modelInfoCount: u32;
}
