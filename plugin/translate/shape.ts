/** How an answer is to look: decided when the request went out, kept by the stream. Plain data. */
import { SpanTable } from "../bytes/span_table";
import { StructArray } from "../bytes/struct_array";
import { EchoStage } from "./shared/echo_stage";

/** A tool whose calls look different towards the client; all of it is in the stream's arena. */
@unmanaged
@final
export class KeptTool {
  namePtr: usize; // the name that went upstream, without quotes
  nameLen: u32;
  tokenPtr: usize; // the client's name, a string token
  tokenLen: u32;
  spacePtr: usize; // name of its namespace, a string token; 0: it has none
  spaceLen: u32;
  custom: bool; // its calls are `custom` calls
}

/** What only answers of the Responses API need to know; all of it is in the stream's arena. */
@unmanaged
@final
export class ResponsesShape {
  echo: SpanTable; // pieces of the response object that repeat the request, by Echo
  include: u32; // bits of Include
  summaries: bool; // thinking is shown as a summary
  perBlock: bool; // every text block is an item of its own
  failedEvent: bool; // an error inside of a stream is told by `response.failed`
  errorEvent: bool; // … by `error`
  hasComputer: bool; // tools whose calls have a type of their own
  hasLocalShell: bool;
  hasShell: bool;
  hasApplyPatch: bool;
  maxBytes: u32; // of the texts that a stream keeps
  completedUnix: u64; // when the answer came to its end
}

@unmanaged
@final
export class AnswerShape {
  responses: ResponsesShape | null; // null: another surface
  echo: EchoStage | null; // the answer may repeat a prefill that became an instruction; in the arena
  createdUnix: u64;
  modelPtr: usize; // name that the client asked for: inside of a token; 0: it named none
  modelLen: u32;
  showsAsked: bool; // that name is shown even where the upstream names another
  reasoningContent: bool;
  reasoningField: bool;
  reasoningDetails: bool;
  thinkingBlocks: bool;
  includeUsage: bool;
  pingComments: bool;
  legacyFunctions: bool;
  tools: StructArray<KeptTool> | null; // renamed and custom tools; null: there are none
  echoPtr: usize; // prompt that comes in front of the answer: inside of a token
  echoLen: u32;
  oldText: bool; // the upstream answers as its legacy text endpoint
  jsonTool: bool; // the answer is the input of the tool named here
  jsonNamePtr: usize; // without quotes
  jsonNameLen: u32;
  maxHeldBytes: u32; // of text that is withheld or reassembled
  maxDepth: u32;
}
