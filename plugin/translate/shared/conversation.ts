/**
 * Records of one request, made by the walk over the client's body and read by the writer: messages, parts,
 * tool calls and tools with the spans of their values. Surface-independent: every surface's walk fills the same
 * records, one writer turns them into a Messages request. All in the scratch arena of the callback; spans point
 * into the client's body. A span of a string is its token, quotes included; (0, 0) means absent or null.
 */
import { Arena } from "../../bytes/arena";
import { openRecords, openStruct, RecordList } from "../../bytes/records";
import { PartType } from "../../wire/openai/part_types";
import { ChatRole } from "../../wire/openai/roles";

export const enum ContentKind {
  None = 0,
  /** One string token. */
  Text = 1,
  /** Parts `partsFirst` … */
  Parts = 2,
}

@unmanaged
@final
export class Message {
  role: ChatRole;
  index: u32; // place in the client's list, for error paths
  listName: usize; // literal of that list's name; 0: `messages`
  partsName: usize; // literal of the member that holds the parts; 0: `content`
  content: ContentKind;
  textPtr: usize; // ContentKind.Text
  textLen: u32;
  partsFirst: u32; // ContentKind.Parts
  partsCount: u32;
  callsFirst: u32;
  callsCount: u32;
  thinkingFirst: u32; // parts that are entries of reasoning_details
  thinkingCount: u32;
  signedFirst: u32; // parts that are entries of thinking_blocks
  signedCount: u32;
  toolCallIdPtr: usize;
  toolCallIdLen: u32;
  refusalPtr: usize;
  refusalLen: u32;
  cachePtr: usize; // cache_control, JSON
  cacheLen: u32;
  blocksPtr: usize; // content_blocks, JSON array
  blocksLen: u32;
  blocksThink: bool; // … whose first block is thinking
  namePtr: usize; // of a result of role `function`; other roles' names go nowhere
  nameLen: u32;
  answers: u32; // decided: index behind the message whose call a result without id answers; 0: none
  answersCall: u32; // … and the number of the call
  isError: bool;
  hasName: bool;
  hasAudio: bool; // reference to an audio answer
  breakpoint: bool; // prompt_cache_breakpoint
  saysReasoning: bool; // reasoning came as text, which cannot be sent back
  dropped: bool; // decided: writes nothing
  standIn: bool; // decided: writes a `.`
  asUser: bool; // decided: a message of another role that becomes the user's
  inPlace: bool; // decided: a system message that stays in the list
  callsInParts: bool; // decided: its tool calls stand among its parts
  trimEnd: bool; // decided: the text loses the white space at its end
}

/** Where a reasoning entry stood in its turn. */
export const enum Place {
  Front = 0,
  /** `afterText`, `afterTools` say where. */
  Inside = 1,
  /** A block that the client never saw stood in between. */
  Hidden = 2,
}

@unmanaged
@final
export class Part {
  type: PartType;
  typePtr: usize; // inside of the type's token
  typeLen: u32;
  index: u32; // place in its list, for error paths
  textPtr: usize; // text, refusal, thinking
  textLen: u32;
  mediaPtr: usize; // the URL of an image; file data
  mediaLen: u32;
  auxPtr: usize; // signature; media detail; file name
  auxLen: u32;
  idPtr: usize; // file id; data of a redacted block
  idLen: u32;
  cachePtr: usize; // cache_control, JSON
  cacheLen: u32;
  rawPtr: usize; // the whole part
  rawLen: u32;
  markPtr: usize; // where `cache_control` stands in the whole part, from the comma in front of it
  markLen: u32;
  breakpoint: bool; // prompt_cache_breakpoint
  breakpointTtl: bool; // … with a lifetime of its own
  flat: bool; // members of media stand in the part itself
  verbatim: bool; // a block of the Messages API: `raw` is copied
  foreign: bool; // reasoning that is not sent: of another vendor, without signature
  call: u32; // decided: number of the tool call that stands here, from 1; 0: the part is none
  place: Place;
  order: u32; // index of a reasoning entry
  afterText: u32; // code points
  afterTools: u32;
}

export const enum CallKind {
  Function = 0,
  Custom = 1,
  /** The input is a JSON object. */
  Object = 2,
}

@unmanaged
@final
export class ToolCall {
  answered: bool; // decided: a legacy call that has its result
  kind: CallKind;
  index: u32; // place in its list
  idPtr: usize;
  idLen: u32;
  namePtr: usize;
  nameLen: u32;
  inputPtr: usize; // arguments or input: a string token; CallKind.Object: JSON
  inputLen: u32;
  cachePtr: usize;
  cacheLen: u32;
}

export const enum ToolKind {
  Function = 0,
  Custom = 1,
  /** An Anthropic tool: `raw` is copied. */
  Native = 2,
}

@unmanaged
@final
export class Tool {
  kind: ToolKind;
  index: u32;
  namePtr: usize;
  nameLen: u32;
  descriptionPtr: usize;
  descriptionLen: u32;
  schemaPtr: usize; // parameters, JSON object
  schemaLen: u32;
  formatPtr: usize; // custom tools: format, JSON
  formatLen: u32;
  cachePtr: usize;
  cacheLen: u32;
  deferPtr: usize; // defer_loading, JSON
  deferLen: u32;
  callersPtr: usize; // allowed_callers, JSON
  callersLen: u32;
  examplesPtr: usize; // input_examples, JSON
  examplesLen: u32;
  eagerPtr: usize; // eager_input_streaming, JSON
  eagerLen: u32;
  typePtr: usize; // a string token
  typeLen: u32;
  serverPtr: usize; // server_label of an MCP server, a string token
  serverLen: u32;
  spacePtr: usize; // name of the namespace that it is declared in, a string token
  spaceLen: u32;
  innerPtr: usize; // … and its own name there
  innerLen: u32;
  rawPtr: usize;
  rawLen: u32;
  wirePtr: usize; // decided: the name that goes upstream, without quotes; 0: the client's own
  wireLen: u32;
  nextSuffix: u32; // decided: number that the next tool of the same name gets; 0: none was given
  hasInputSchema: bool;
  strict: bool;
  allowed: bool; // decided: named by allowed_tools
  excluded: bool; // decided: filtered by allowed_tools
}

@unmanaged
@final
export class Conversation {
  arena: Arena;
  messages: RecordList<Message>;
  parts: RecordList<Part>;
  calls: RecordList<ToolCall>;
  tools: RecordList<Tool>;
}

/** Empty lists in `arena`; null without memory. */
export function openConversation(arena: Arena): Conversation | null {
  const it = openStruct<Conversation>(arena);
  const messages = openRecords<Message>(arena);
  const parts = openRecords<Part>(arena);
  const calls = openRecords<ToolCall>(arena);
  const tools = openRecords<Tool>(arena);
  if (it == null || messages == null || parts == null || calls == null || tools == null)
    return null;
  it.arena = arena;
  it.messages = messages;
  it.parts = parts;
  it.calls = calls;
  it.tools = tools;
  return it;
}
