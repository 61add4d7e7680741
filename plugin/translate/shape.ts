/** How an answer is to look: decided when the request went out, kept by the stream. Plain data. */
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
  jsonTool: bool;
  maxDepth: u32;
}
