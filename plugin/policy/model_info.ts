/**
 * What the model of one request can do: the built-in row that its names find (model_table.ts), with the
 * first matching `model_info` row of the configuration laid over it. Rules: docs/models.md.
 */
import { anyMatches } from "../bytes/glob";
import { ModelTraits } from "../translate/traits";
import { Config, ModelCell, ModelInfoRow, Provider } from "./config";
import { ThinkingDefault } from "./model_rows";
import { findModelRow, isGuessedRow, isOpaqueRow, needsThinking, readRow } from "./model_table";

/** The two names of a request's model, unescaped and borrowed; they are the same without an alias. */
@unmanaged
@final
export class ModelNames {
  askedPtr: usize; // as the client asked for it
  askedLen: u32;
  sentPtr: usize; // as it goes upstream
  sentLen: u32;
}

/** Fills `traits` for a request with these names that `provider` serves. Total. */
export function resolveTraits(
  config: Config,
  names: ModelNames,
  provider: Provider,
  traits: ModelTraits,
): void {
  const info = findModelInfo(config, names);
  if (info == null) {
    readRow(builtInRow(names), provider, traits);
    return;
  }
  const own = info.likePtr != 0;
  readRow(own ? findModelRow(info.likePtr, info.likeLen) : builtInRow(names), provider, traits);
  applyModelInfo(info, provider, traits);
}

/**
 * Row of the name that is sent, because that model answers; of the name asked for where the other
 * one says nothing, as a deployment or an inference profile does.
 */
function builtInRow(names: ModelNames): u32 {
  const sent = findModelRow(names.sentPtr, names.sentLen);
  if (!isGuessedRow(sent)) return sent;
  const asked = findModelRow(names.askedPtr, names.askedLen);
  return isOpaqueRow(asked) ? sent : asked;
}

/** First row of the configuration that matches either name, null when none does. */
function findModelInfo(config: Config, names: ModelNames): ModelInfoRow | null {
  for (let i: u32 = 0; i < config.modelInfoCount; i++) {
    const info = config.modelInfo.at(i);
    if (anyMatches(info.match, names.askedPtr, names.askedLen)) return info;
    if (anyMatches(info.match, names.sentPtr, names.sentLen)) return info;
  }
  return null;
}

/** Lays the given cells of a `model_info` row over `traits`. A given maximum is no guess any more. */
export function applyModelInfo(info: ModelInfoRow, provider: Provider, traits: ModelTraits): void {
  const given = info.given;
  if (given & ModelCell.MaxOutput) {
    traits.maxOutput = info.maxOutput;
    traits.known = true;
  }
  if (given & ModelCell.WindowStops) traits.windowStops = info.windowStops;
  if (given & ModelCell.Prefill) traits.prefill = info.prefill;
  if (given & ModelCell.MidSystem) traits.midSystem = info.midSystem;
  if (given & ModelCell.ForcedChoice) traits.forcedChoice = info.forcedChoice;
  if (given & ModelCell.SchemaOutput) traits.schemaOutput = info.schemaOutput;
  if (given & ModelCell.StrictTools) traits.strictTools = info.strictTools;
  if (given & ModelCell.Sampling) traits.sampling = info.sampling;
  applyThinking(info, provider, traits);
}

function applyThinking(info: ModelInfoRow, provider: Provider, traits: ModelTraits): void {
  const given = info.given;
  if (given & ModelCell.Thinking) traits.thinking = info.thinking;
  if (given & ModelCell.ThinkingDefault) {
    traits.thinkingDefault = info.thinkingDefault != ThinkingDefault.Off;
    traits.thinkingAlways = info.thinkingDefault == ThinkingDefault.Always;
  }
  if (given & ModelCell.Effort) traits.efforts = info.efforts;
  if (given & ModelCell.NeedsThinking) {
    traits.historyNeedsThinking = needsThinking(info.needsThinking, provider);
  }
  if (given & ModelCell.Interleaved) traits.interleaved = info.interleaved;
}
