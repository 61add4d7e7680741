/** Settings with many members of the same kind: parameters, headers, limits, rows of `model_info`. */
import { ModelCell, ModelInfoRow } from "../config";
import { checkLike } from "./checks";
import { mergeMaps } from "./merge";
import { Reader } from "./reader";
import * as K from "./shape_table";

/** A member of `params`. */
export function storeParams(reader: Reader, member: u32): void {
  const profile = reader.profile;
  switch (member) {
    case K.ParamsKey.Mode:
      profile.paramsMode = reader.number;
      break;
    case K.ParamsKey.Drop:
      profile.drop = reader.list;
      break;
    case K.ParamsKey.Reject:
      profile.reject = reader.list;
      break;
    case K.ParamsKey.Set:
      profile.set = mergeMaps(reader, profile.set, reader.map);
      break;
    case K.ParamsKey.SetIfAbsent:
      profile.setIfAbsent = mergeMaps(reader, profile.setIfAbsent, reader.map);
      break;
    case K.ParamsKey.DefaultMaxTokens:
      profile.defaultMaxTokens = reader.number;
      break;
    case K.ParamsKey.Sampling:
      profile.samplingKeep = reader.number != 0;
      break;
    case K.ParamsKey.StructuredOutput:
      profile.structuredOutput = reader.number;
      break;
    default:
      break;
  }
}

/** A member of `headers`. */
export function storeHeaders(reader: Reader, member: u32): void {
  const profile = reader.profile;
  switch (member) {
    case K.HeadersKey.RequestAllow:
      profile.requestAllow = reader.list;
      break;
    case K.HeadersKey.RequestDeny:
      profile.requestDeny = reader.list;
      break;
    case K.HeadersKey.RequestSet:
      profile.requestSet = mergeMaps(reader, profile.requestSet, reader.map);
      break;
    case K.HeadersKey.ResponseAllow:
      profile.responseAllow = reader.list;
      break;
    case K.HeadersKey.ResponseDeny:
      profile.responseDeny = reader.list;
      break;
    default:
      profile.responseSet = mergeMaps(reader, profile.responseSet, reader.map);
      break;
  }
}

/** A member of `limits`. */
export function storeLimits(reader: Reader, member: u32): void {
  const profile = reader.profile;
  const value = reader.number;
  switch (member) {
    case K.LimitsKey.MaxRequestBytes:
      profile.maxRequestBytes = value;
      break;
    case K.LimitsKey.MaxResponseBytes:
      profile.maxResponseBytes = value;
      break;
    case K.LimitsKey.MaxEventBytes:
      profile.maxEventBytes = value;
      break;
    case K.LimitsKey.MaxAccumulatedBytes:
      profile.maxAccumulatedBytes = value;
      break;
    case K.LimitsKey.MaxDepth:
      profile.maxDepth = value;
      break;
    case K.LimitsKey.MaxMessages:
      profile.maxMessages = value;
      break;
    default:
      profile.maxTools = value;
      break;
  }
}

/** A member of a `model_info` row. */
export function storeModelInfo(reader: Reader, member: u32): void {
  const row = reader.row;
  switch (member) {
    case K.ModelInfoKey.Match:
      row.match = reader.list;
      break;
    case K.ModelInfoKey.Like: {
      row.likePtr = reader.text.ptr;
      row.likeLen = reader.text.len;
      checkLike(reader);
      break;
    }
    case K.ModelInfoKey.Effort: {
      row.efforts = reader.bits;
      row.given |= ModelCell.Effort;
      break;
    }
    default:
      storeCell(row, member, reader.number);
      break;
  }
}

/** A cell that is a number, a word or a boolean. */
function storeCell(row: ModelInfoRow, member: u32, value: u32): void {
  switch (member) {
    case K.ModelInfoKey.MaxOutputTokens: {
      row.maxOutput = value;
      row.given |= ModelCell.MaxOutput;
      break;
    }
    case K.ModelInfoKey.Thinking: {
      row.thinking = value;
      row.given |= ModelCell.Thinking;
      break;
    }
    case K.ModelInfoKey.ThinkingDefault: {
      row.thinkingDefault = value;
      row.given |= ModelCell.ThinkingDefault;
      break;
    }
    case K.ModelInfoKey.Sampling: {
      row.sampling = value;
      row.given |= ModelCell.Sampling;
      break;
    }
    case K.ModelInfoKey.HistoryNeedsThinking: {
      row.needsThinking = value;
      row.given |= ModelCell.NeedsThinking;
      break;
    }
    default:
      storeFlag(row, member, value != 0);
      break;
  }
}

function storeFlag(row: ModelInfoRow, member: u32, value: bool): void {
  switch (member) {
    case K.ModelInfoKey.WindowStops: {
      row.windowStops = value;
      row.given |= ModelCell.WindowStops;
      break;
    }
    case K.ModelInfoKey.Prefill: {
      row.prefill = value;
      row.given |= ModelCell.Prefill;
      break;
    }
    case K.ModelInfoKey.MidSystem: {
      row.midSystem = value;
      row.given |= ModelCell.MidSystem;
      break;
    }
    case K.ModelInfoKey.ForcedToolChoice: {
      row.forcedChoice = value;
      row.given |= ModelCell.ForcedChoice;
      break;
    }
    case K.ModelInfoKey.NativeStructuredOutput: {
      row.schemaOutput = value;
      row.given |= ModelCell.SchemaOutput;
      break;
    }
    case K.ModelInfoKey.StrictTools: {
      row.strictTools = value;
      row.given |= ModelCell.StrictTools;
      break;
    }
    default: {
      row.interleaved = value;
      row.given |= ModelCell.Interleaved;
      break;
    }
  }
}
