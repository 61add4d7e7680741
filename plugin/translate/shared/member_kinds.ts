/** Kinds that top-level members must have, and what is noted when they have another. */
import * as L from "../../bytes/literals";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { ChatKey, chatKeyName } from "../../wire/openai/chat_keys";
import { atMember, refuseType } from "./problem";

/** Passes a value of the kind that a member must have (True: a boolean), or null. */
export function skipExpected(c: JsonCursor, expected: JsonKind): bool {
  return expected == JsonKind.True ? c.skipBool() : c.skipKind(expected);
}

/** Notes that a member is of another kind, unless the document is broken. */
export function wrongKind(c: JsonCursor, key: ChatKey, expected: JsonKind): bool {
  if (c.broken) return false;
  atMember(chatKeyName(key));
  return refuseType(kindText(expected));
}

/** Kind that a member must have (True: a boolean); Invalid: any, it is checked where it is used. */
export function kindOfMember(key: ChatKey): JsonKind {
  switch (key) {
    case ChatKey.Model:
    case ChatKey.ReasoningEffort:
    case ChatKey.User:
    case ChatKey.SafetyIdentifier:
    case ChatKey.ServiceTier:
      return JsonKind.String;
    case ChatKey.MaxCompletionTokens:
    case ChatKey.MaxTokens:
    case ChatKey.Temperature:
    case ChatKey.TopP:
    case ChatKey.N:
      return JsonKind.Number;
    case ChatKey.Stream:
    case ChatKey.ParallelToolCalls:
      return JsonKind.True;
    case ChatKey.StreamOptions:
    case ChatKey.Reasoning:
    case ChatKey.ResponseFormat:
    case ChatKey.WebSearchOptions:
    case ChatKey.Metadata:
      return JsonKind.Object;
    case ChatKey.Modalities:
    case ChatKey.Functions:
      return JsonKind.Array;
    default:
      return JsonKind.Invalid;
  }
}

function kindText(kind: JsonKind): usize {
  switch (kind) {
    case JsonKind.String:
      return L.TEXT_A_STRING;
    case JsonKind.Number:
      return L.TEXT_A_NUMBER;
    case JsonKind.True:
      return L.TEXT_A_BOOLEAN;
    case JsonKind.Array:
      return L.TEXT_AN_ARRAY;
    default:
      return L.TEXT_AN_OBJECT;
  }
}
