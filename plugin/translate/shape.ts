/** How an answer is to look: decided when the request went out, kept by the stream. Plain data. */
@unmanaged
@final
export class AnswerShape {
  createdUnix: u64;
  modelPtr: usize; // name to show instead of the upstream's: inside of a token; 0: the upstream's
  modelLen: u32;
  reasoningContent: bool;
  reasoningField: bool;
  reasoningDetails: bool;
  thinkingBlocks: bool;
  includeUsage: bool;
  pingComments: bool;
  legacyFunctions: bool;
  jsonTool: bool;
  maxDepth: u32;
}
