/**
 * Plan: what policy decided before a request is written. Facts: what the walk and the writing observed.
 * Plain data that speaks of behaviour, never of providers. Both live in scratch memory of the callback.
 */
import { TextList, TextMap } from "../bytes/text_list";
import { ModelTraits } from "./traits";

/** Where schema-bound output goes when the client asks for it. */
export const enum SchemaMode {
  Native = 0,
  Tool = 1,
  Reject = 2,
}

@unmanaged
@final
export class Plan {
  traits: ModelTraits;
  modelPtr: usize; // upstream's name, unescaped
  modelLen: u32;
  modelInBody: bool;
  streamInBody: bool;
  invokesCount: bool; // a count is the body of an invocation, in base64
  versionPtr: usize; // goes into the body; 0: it is a header
  versionLen: u32;
  strict: bool; // params.mode: refuse what would be dropped
  bifrost: bool; // compat: seed mode
  defaultMaxTokens: u32; // 0: by the model's row
  capMaxTokens: u32; // bound for a defaulted max_tokens (quota reservation); 0: none
  bodyBytes: u32; // of the client's body
  samplingKeep: bool;
  schemaMode: SchemaMode;
  strictTools: bool; // provider serves `strict` on tools
  midSystem: bool; // provider accepts system messages inside the list
  serviceTier: bool; // provider knows service tiers
  urlSources: bool; // provider fetches https images and documents
  fileSources: bool; // provider keeps files
  serverTools: bool; // provider runs web search
  inBatch: bool; // a request of a batch: nothing that is about its answer being live
  fastMode: bool; // provider knows `speed`
  keepsPrefill: bool; // a policy wants to see the turn at the end as the client wrote it
  leadingAssistant: bool; // provider accepts a list that starts with an assistant turn
  unservedPtr: usize; // members that the provider has not and that are left out; words joined by commas
  unservedLen: u32;
  neededPtr: usize; // … and without which the request would mean something else
  neededLen: u32;
  noToolsPtr: usize; // beginnings of types of tools that the provider does not run
  noToolsLen: u32;
  drop: TextList; // members of the outgoing body that are not sent
  reject: TextList; // … that are refused
  set: TextMap; // member → JSON text
  setIfAbsent: TextMap;
  maxMessages: u32;
  maxTools: u32;
  maxDepth: u32;
  maxOutputBytes: u32;
}

/** Features of the outgoing body that may need a beta; bits of `Facts.features`. */
export const enum Feature {
  Thinking = 1,
  StrictTool = 2,
  OutputFormat = 4,
  AdvancedTools = 8,
  McpServers = 16,
  ContextManagement = 32,
  Compaction = 64,
  CacheScope = 128,
  Files = 256,
  Fast = 512,
  Fallbacks = 1024,
  TaskBudget = 2048,
  EffortBeside = 4096,
  McpServersOld = 8192,
  Computer202501 = 16384,
  Computer202511 = 32768,
  FallbackList = 65536,
  Computer202410 = 131072,
  AdvisorTool = 262144,
  Diagnostics = 524288,
  EagerTools = 1048576,
  FallbackCredit = 2097152,
  FallbackCreditText = 4194304,
  ToolSearch = 8388608,
  ToolExamples = 16777216,
  WebSearch = 33554432,
  ToolChanges = 67108864,
  UserProfile = 134217728,
  OAuth = 268435456,
}

@unmanaged
@final
export class Facts {
  modelPtr: usize; // as the client wrote it, inside of the string token
  modelLen: u32;
  stream: bool;
  includeUsage: bool;
  adapted: u64; // bits of Adaptation
  features: u32; // bits of Feature
  prefill: bool; // the list ends with an assistant turn
  emptyPrefill: bool; // it did, and that was empty and is left out
  betasPtr: usize; // `betas` of the body, joined by commas, fit for a header; 0: absent
  betasLen: u32;
  userProfilePtr: usize; // `user_profile_id` of the body, fit for a header; 0: absent
  userProfileLen: u32;
  legacyFunctions: bool; // answer with function_call
  jsonTool: bool; // the input of the call of the tool named here is the answer's content
  jsonNamePtr: usize; // without quotes
  jsonNameLen: u32;
  renamedTools: u32; // names that were changed; the map is in the stream's arena
}
