/** Chat Completions: `web_search_options` as Anthropic's server tool. Source: docs/chat.md, "Tools". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equalsLiteral, startsWithLiteral } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { ChatKey } from "../../wire/openai/chat_keys";
import { findSearchWord, SearchWord } from "../../wire/openai/search_words";
import { Plan } from "../plan";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { Conversation, ToolKind } from "../shared/conversation";
import { atMember, refuseUnsupported, refuseValue } from "../shared/problem";
import { putMember } from "../shared/tools";
import { ClientRequest } from "../shared/client_request";

/** What the options of this request say; spans are tokens. */
let wanted: bool = false;
let size: SearchWord = SearchWord.Unknown;
let cityPtr: usize = 0;
let cityLen: u32 = 0;
let countryPtr: usize = 0;
let countryLen: u32 = 0;
let regionPtr: usize = 0;
let regionLen: u32 = 0;
let timezonePtr: usize = 0;
let timezoneLen: u32 = 0;

/** Reads the options. False with a problem. A search tool that the client declares itself wins. */
export function readWebSearch(request: ClientRequest, plan: Plan): bool {
  wanted = false;
  const members = request.members;
  if (!members.has(ChatKey.WebSearchOptions)) return true;
  if (!plan.serverTools) {
    atMember(L.WEB_SEARCH_OPTIONS);
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NO_WEB_SEARCH);
  }
  if (hasSearchTool(request.talk)) {
    note(request.facts, Adaptation.DroppedWebSearchOptions);
    return true;
  }
  wanted = true;
  size = SearchWord.Unknown;
  cityPtr = countryPtr = regionPtr = timezonePtr = 0;
  const c = request.cursor;
  const len = members.len(ChatKey.WebSearchOptions);
  c.open(members.ptr(ChatKey.WebSearchOptions), len, u32.MAX_VALUE);
  c.enterObject();
  while (c.nextKey()) {
    if (!readMember(c, findSearchWord(c.keyPtr, c.keyLen))) return false;
  }
  return true;
}

/** The literal of the name that the tool will have; 0 when there is none. */
export function searchToolName(): usize {
  return wanted ? L.WEB_SEARCH : 0;
}

function hasSearchTool(talk: Conversation): bool {
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (tool.kind != ToolKind.Native || tool.typeLen < 2) continue;
    if (startsWithLiteral(tool.typePtr + 1, tool.typeLen - 2, L.WEB_SEARCH)) return true;
    if (equalsLiteral(tool.namePtr + 1, tool.nameLen - 2, L.WEB_SEARCH)) return true;
  }
  return false;
}

function readMember(c: JsonCursor, word: SearchWord): bool {
  if (word == SearchWord.UserLocation && c.kind() == JsonKind.Object) {
    readLocation(c);
    return true;
  }
  const isText = c.kind() == JsonKind.String;
  c.skip();
  if (word != SearchWord.SearchContextSize || !isText) return true;
  size = findSearchWord(c.word(), c.wordLen);
  if (size == SearchWord.Low || size == SearchWord.Medium || size == SearchWord.High) return true;
  atMember(L.SEARCH_SIZE);
  return refuseValue(L.CODE_INVALID_VALUE, c.valuePtr + 1, c.valueLen - 2, L.TEXT_SEARCH_SIZES);
}

/** `{"type":"approximate","approximate":{…}}`, or the place's members beside the type. */
function readLocation(c: JsonCursor): void {
  c.enterObject();
  while (c.nextKey()) {
    const word = findSearchWord(c.keyPtr, c.keyLen);
    if (word == SearchWord.Approximate && c.kind() == JsonKind.Object) {
      c.enterObject();
      while (c.nextKey()) takePlace(c, findSearchWord(c.keyPtr, c.keyLen));
    } else takePlace(c, word);
  }
}

function takePlace(c: JsonCursor, word: SearchWord): void {
  const isText = c.kind() == JsonKind.String;
  c.skip();
  if (!isText) return;
  switch (word) {
    case SearchWord.City:
      cityPtr = c.valuePtr;
      cityLen = c.valueLen;
      break;
    case SearchWord.Country:
      countryPtr = c.valuePtr;
      countryLen = c.valueLen;
      break;
    case SearchWord.Region:
      regionPtr = c.valuePtr;
      regionLen = c.valueLen;
      break;
    case SearchWord.Timezone:
      timezonePtr = c.valuePtr;
      timezoneLen = c.valueLen;
      break;
    default:
      break;
  }
}

/** Appends the tool. How many searches a context size stands for: LiteLLM's numbers, which clients know. */
export function putWebSearch(out: Writer): void {
  out.literal(L.WEB_SEARCH_TOOL);
  if ((cityPtr | countryPtr | regionPtr | timezonePtr) != 0) {
    out.literal(L.K_USER_LOCATION);
    putMember(out, L.K_CITY, cityPtr, cityLen);
    putMember(out, L.K_COUNTRY, countryPtr, countryLen);
    putMember(out, L.K_REGION, regionPtr, regionLen);
    putMember(out, L.K_TIMEZONE, timezonePtr, timezoneLen);
    out.byte(Ascii.BraceClose);
  }
  if (size != SearchWord.Unknown) {
    out.literal(L.K_MAX_USES);
    if (size == SearchWord.High) out.byte(Ascii.Zero + 1);
    out.byte(size == SearchWord.High ? Ascii.Zero : size == SearchWord.Medium ? FIVE : ONE);
  }
  out.byte(Ascii.BraceClose);
}

const ONE: u32 = 0x31;
const FIVE: u32 = 0x35;
