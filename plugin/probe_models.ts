/** Test-only exports of the model table; part of the probe entry. */
import { openStruct } from "./bytes/records";
import { Arena, makeArena } from "./bytes/arena";
import { openStructArray } from "./bytes/struct_array";
import { openTextList } from "./bytes/text_list";
import { Config, ModelCell, ModelInfoRow, Provider } from "./policy/config";
import { ModelNames, resolveTraits } from "./policy/model_info";
import { NeedsThinking, ThinkingDefault } from "./policy/model_rows";
import { findTraits } from "./policy/model_table";
import { ModelTraits, Sampling, ThinkingClass } from "./translate/traits";

const ARENA: Arena = makeArena(16384, 1048576);

/** A struct for `findModel` to fill; 0 without memory. */
export function openTraits(): ModelTraits | null {
  return openStruct<ModelTraits>(ARENA);
}

export function findModel(ptr: usize, len: u32, provider: u32, traits: ModelTraits): void {
  findTraits(ptr, len, <Provider>provider, traits);
}

/** A configuration with `rows` rows of `model_info`, each without a match and without cells. */
export function openModelConfig(rows: u32): Config | null {
  const config = openStruct<Config>(ARENA);
  const info = openStructArray<ModelInfoRow>(ARENA, rows);
  if (config == null || info == null) return null;
  config.modelInfo = info;
  for (let i: u32 = 0; i < rows; i++) {
    const row = info.push();
    const match = openTextList(ARENA, 2);
    if (row == null || match == null) return null;
    row.match = match;
  }
  return config;
}

/** Sets glob `index`, 0 or 1, of a row. */
export function setModelMatch(config: Config, row: u32, index: u32, ptr: usize, len: u32): void {
  config.modelInfo.at(row).match.set(index, ptr, len);
}

export function setModelLike(config: Config, row: u32, ptr: usize, len: u32): void {
  config.modelInfo.at(row).likePtr = ptr;
  config.modelInfo.at(row).likeLen = len;
}

/** Gives a row the yes-or-no cell of that bit. */
function setModelFlag(row: ModelInfoRow, cell: u32, value: bool): void {
  if (cell == ModelCell.WindowStops) row.windowStops = value;
  if (cell == ModelCell.Prefill) row.prefill = value;
  if (cell == ModelCell.MidSystem) row.midSystem = value;
  if (cell == ModelCell.ForcedChoice) row.forcedChoice = value;
  if (cell == ModelCell.SchemaOutput) row.schemaOutput = value;
  if (cell == ModelCell.StrictTools) row.strictTools = value;
  if (cell == ModelCell.Interleaved) row.interleaved = value;
}

/** Gives a row the cell of that bit. */
export function setModelCell(config: Config, at: u32, cell: u32, value: u32): void {
  const row = config.modelInfo.at(at);
  row.given |= cell;
  if (cell == ModelCell.MaxOutput) row.maxOutput = value;
  if (cell == ModelCell.Thinking) row.thinking = <ThinkingClass>value;
  if (cell == ModelCell.ThinkingDefault) row.thinkingDefault = <ThinkingDefault>value;
  if (cell == ModelCell.Sampling) row.sampling = <Sampling>value;
  if (cell == ModelCell.Effort) row.efforts = value;
  if (cell == ModelCell.NeedsThinking) row.needsThinking = <NeedsThinking>value;
  setModelFlag(row, cell, value != 0);
}

/** Names for `resolveModel`; 0 without memory. */
export function openModelNames(): ModelNames | null {
  return openStruct<ModelNames>(ARENA);
}

export function setAskedName(names: ModelNames, ptr: usize, len: u32): void {
  names.askedPtr = ptr;
  names.askedLen = len;
}

export function setSentName(names: ModelNames, ptr: usize, len: u32): void {
  names.sentPtr = ptr;
  names.sentLen = len;
}

export function resolveModel(
  config: Config,
  names: ModelNames,
  provider: u32,
  traits: ModelTraits,
): void {
  resolveTraits(config, names, <Provider>provider, traits);
}

/** Field `index` of the struct, in the order of its declaration. */
export function traitsField(traits: ModelTraits, index: u32): u32 {
  switch (index) {
    case 0:
      return <u32>traits.known;
    case 1:
      return <u32>traits.claude;
    case 2:
      return traits.maxOutput;
    case 3:
      return <u32>traits.windowStops;
    case 4:
      return <u32>traits.thinking;
    case 5:
      return <u32>traits.thinkingDefault;
    case 6:
      return <u32>traits.thinkingAlways;
    case 7:
      return <u32>traits.sampling;
    case 8:
      return traits.efforts;
    case 9:
      return <u32>traits.prefill;
    case 10:
      return <u32>traits.midSystem;
    case 11:
      return <u32>traits.forcedChoice;
    case 12:
      return <u32>traits.schemaOutput;
    case 13:
      return <u32>traits.historyNeedsThinking;
    case 14:
      return <u32>traits.strictTools;
    case 15:
      return <u32>traits.interleaved;
    default:
      return u32.MAX_VALUE;
  }
}
