/**
 * The table of beta tokens that one configuration works with: the built-in rows (beta_rows.ts), the rows of `beta_table` laid
 * over them by their `id`. Built once, when the configuration is read; it lives in the configuration's arena.
 * Columns and rules: docs/betas.md.
 */
import { equals, startsWith } from "../bytes/compare";
import { Arena } from "../bytes/arena";
import { copyStruct, openStructArray, StructArray, structAt } from "../bytes/struct_array";
import { TextList } from "../bytes/text_list";
import { PathTest } from "../json/paths";
import { BETA_COUNT, BETA_ROWS, BETA_TEXTS, STRIP_ROWS } from "./beta_rows";

/** Columns of support; `custom` has all of the table unless a row of the configuration says otherwise. */
export const enum BetaColumn {
  Anthropic = 0,
  Azure = 1,
  Vertex = 2,
  Bedrock = 3,
  BedrockMessages = 4,
  Databricks = 5,
  Custom = 6,
}

/** Number of columns. */
export const COLUMN_COUNT: u32 = 7;

/** Trait of the model that a row is bound to. */
export const enum BetaGate {
  None = 0,
  Interleaved = 1,
  /** Thinks with a budget only, so an effort stands beside it. */
  Effort = 2,
}

/** Support of one provider. */
@unmanaged
@final
export class BetaCell {
  ptr: usize; // another token that is sent instead; 0: none
  len: u32;
  sent: bool;
}

/** A condition of a configured row on the request. */
@unmanaged
@final
export class BetaCondition {
  endpoints: u32; // bits in the order of the words of `endpoint`; 0: the path counts
  pathPtr: usize;
  pathLen: u32;
  test: PathTest;
  values: TextList; // Equals: JSON tokens
  prefixPtr: usize; // Prefix
  prefixLen: u32;
}

/** Bits of `BetaRow.given`: which members a configured row has. */
export const enum BetaMember {
  Prefix = 1,
  When = 2,
  Unless = 4,
  Models = 8,
  Providers = 16,
  Strip = 32,
}

@unmanaged
@final
export class BetaRow {
  tokenPtr: usize;
  tokenLen: u32;
  prefixPtr: usize;
  prefixLen: u32;
  builtIn: i32; // number among the built-in rows, -1: none of them
  features: u32; // bits of Feature, any of which asks for the token
  unlessFeatures: u32;
  gate: BetaGate;
  refuse: u32; // features that are refused without the token
  strips: u64; // bits of built-in strips
  covers: u64; // bits of built-in strips that stay while the token is sent
  cells: StructArray<BetaCell>;
  given: u32; // configured rows: bits of BetaMember
  givenCells: u32; // configured rows: one bit for each column
  when: StructArray<BetaCondition>;
  unless: StructArray<BetaCondition>;
  models: TextList; // globs; empty: all
  strip: TextList; // configured rows: paths
}

/** A built-in row as it is generated; offsets are into BETA_TEXTS. */
@unmanaged
@final
class BetaData {
  token: u32;
  tokenLen: u32;
  prefixLen: u32;
  features: u32;
  unlessFeatures: u32;
  gate: BetaGate;
  refuse: u32;
  stripsLow: u32;
  stripsHigh: u32;
  coversLow: u32;
  coversHigh: u32;
  anthropic: u32; // offset of another token, 0: none …
  anthropicLen: u32; // … and its length; without one 0 or 1
  azure: u32;
  azureLen: u32;
  vertex: u32;
  vertexLen: u32;
  bedrock: u32;
  bedrockLen: u32;
  bedrockMessages: u32;
  bedrockMessagesLen: u32;
  databricks: u32;
  databricksLen: u32;
}

/** What goes out of a body with a token, as it is generated. */
@unmanaged
@final
export class StripData {
  path: u32;
  pathLen: u32;
  member: u32; // only objects whose member of this name …
  memberLen: u32;
  glob: u32; // … matches this
  globLen: u32;
}

/** Token of a built-in row. */
export function builtInToken(index: u32): usize {
  return betaText(structAt<BetaData>(BETA_ROWS, index).token);
}

/** Its length. */
export function builtInTokenLen(index: u32): u32 {
  return structAt<BetaData>(BETA_ROWS, index).tokenLen;
}

/** Strip `index`, below STRIP_COUNT; its texts with `betaText`. */
export function stripAt(index: u32): StripData {
  return structAt<StripData>(STRIP_ROWS, index);
}

/** Address of a text of the built-in rows. */
export function betaText(offset: u32): usize {
  return BETA_TEXTS + offset;
}

/**
 * The table: built-in rows unless `bare`, and `own` over them and behind them, by `id`; the last two are empty. Null without
 * memory.
 */
export function buildBetaTable(
  arena: Arena,
  own: StructArray<BetaRow>,
  bare: bool,
  noConditions: StructArray<BetaCondition>,
  noTexts: TextList,
): StructArray<BetaRow> | null {
  const rows = openStructArray<BetaRow>(arena, own.count + BETA_COUNT);
  if (rows == null) return null;
  for (let i: u32 = 0; i < BETA_COUNT && !bare; i++) {
    const row = rows.push();
    if (row == null || !readBuiltIn(row, i, arena)) return null;
    row.when = noConditions;
    row.unless = noConditions;
    row.models = noTexts;
    row.strip = noTexts;
  }
  for (let i: u32 = 0; i < own.count; i++) {
    if (!overlay(rows, own.at(i))) return null;
  }
  return rows;
}

function readBuiltIn(row: BetaRow, index: u32, arena: Arena): bool {
  const data = structAt<BetaData>(BETA_ROWS, index);
  const cells = openCells(arena);
  if (cells == null) return false;
  row.tokenPtr = betaText(data.token);
  row.tokenLen = data.tokenLen;
  row.prefixPtr = row.tokenPtr;
  row.prefixLen = data.prefixLen;
  row.builtIn = <i32>index;
  row.features = data.features;
  row.unlessFeatures = data.unlessFeatures;
  row.gate = data.gate;
  row.refuse = data.refuse;
  row.strips = join(data.stripsLow, data.stripsHigh);
  row.covers = join(data.coversLow, data.coversHigh);
  row.cells = cells;
  setCell(cells.at(BetaColumn.Anthropic), data.anthropic, data.anthropicLen);
  setCell(cells.at(BetaColumn.Azure), data.azure, data.azureLen);
  setCell(cells.at(BetaColumn.Vertex), data.vertex, data.vertexLen);
  setCell(cells.at(BetaColumn.Bedrock), data.bedrock, data.bedrockLen);
  setCell(cells.at(BetaColumn.BedrockMessages), data.bedrockMessages, data.bedrockMessagesLen);
  setCell(cells.at(BetaColumn.Databricks), data.databricks, data.databricksLen);
  cells.at(BetaColumn.Custom).sent = true;
  return true;
}

function join(low: u32, high: u32): u64 {
  return (<u64>low) | ((<u64>high) << 32);
}

/** One cell for each column, none of which is sent; null without memory. */
export function openCells(arena: Arena): StructArray<BetaCell> | null {
  const cells = openStructArray<BetaCell>(arena, COLUMN_COUNT);
  if (cells == null) return null;
  for (let i: u32 = 0; i < COLUMN_COUNT; i++) cells.push();
  return cells;
}

function setCell(cell: BetaCell, text: u32, len: u32): void {
  cell.sent = len > 0;
  if (len <= 1) return;
  cell.ptr = betaText(text);
  cell.len = len;
}

/** Lays a configured row over the one of its `id`, or appends it. */
function overlay(rows: StructArray<BetaRow>, own: BetaRow): bool {
  for (let i: u32 = 0; i < rows.count; i++) {
    const row = rows.at(i);
    if (row.tokenLen != own.tokenLen || !equals(row.tokenPtr, own.tokenPtr, own.tokenLen)) continue;
    takeMembers(row, own);
    return true;
  }
  const row = rows.push();
  if (row == null) return false;
  copyStruct<BetaRow>(row, own);
  row.builtIn = -1;
  if (own.given & BetaMember.Prefix) return true;
  row.prefixPtr = own.tokenPtr;
  row.prefixLen = own.tokenLen;
  return true;
}

/** Members that are given replace, as everywhere in the configuration; the map of providers merges by key. */
function takeMembers(row: BetaRow, own: BetaRow): void {
  const given = own.given;
  if (given & BetaMember.Prefix) {
    row.prefixPtr = own.prefixPtr;
    row.prefixLen = own.prefixLen;
  }
  if (given & BetaMember.When) {
    row.features = 0;
    row.when = own.when;
  }
  if (given & BetaMember.Unless) {
    row.unlessFeatures = 0;
    row.unless = own.unless;
  }
  if (given & BetaMember.Models) {
    row.gate = BetaGate.None;
    row.models = own.models;
  }
  if (given & BetaMember.Strip) {
    row.strips = 0;
    row.strip = own.strip;
  }
  if (given & BetaMember.Providers) mergeCells(row, own);
}

function mergeCells(row: BetaRow, own: BetaRow): void {
  for (let i: u32 = 0; i < COLUMN_COUNT; i++) {
    if ((own.givenCells & (1 << i)) != 0) copyStruct<BetaCell>(row.cells.at(i), own.cells.at(i));
  }
}

/** Number of the row for a token: its own, else the one with the longest prefix that it begins with; -1: none. */
export function findBetaRow(rows: StructArray<BetaRow>, ptr: usize, len: u32): i32 {
  let best: i32 = -1;
  let bestLen: u32 = 0;
  for (let i: u32 = 0; i < rows.count; i++) {
    const row = rows.at(i);
    if (row.tokenLen == len && equals(row.tokenPtr, ptr, len)) return <i32>i;
    if (row.prefixLen <= bestLen || !startsWith(ptr, len, row.prefixPtr, row.prefixLen)) continue;
    best = <i32>i;
    bestLen = row.prefixLen;
  }
  return best;
}
