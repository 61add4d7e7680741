/** How an answer is to look: decided when the request went out, kept by the stream. Plain data. */
import { StructArray } from "../bytes/struct_array";

/** A tool whose calls look different towards the client; all of it is in the stream's arena. */
@unmanaged
@final
export class KeptTool {
  namePtr: usize; // the name that went upstream, without quotes
  nameLen: u32;
  tokenPtr: usize; // the client's name, a string token
  tokenLen: u32;
  custom: bool; // its calls are `custom` calls
}

@unmanaged
@final
export class AnswerShape {
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
