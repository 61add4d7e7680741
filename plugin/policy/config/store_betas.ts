/** Settings about `anthropic-beta`: `beta` of a profile, the rows of `beta_table` and their conditions. */
import { Ascii } from "../../bytes/ascii";
import { byteAt, equalsLiteral } from "../../bytes/compare";
import { openStructArray } from "../../bytes/struct_array";
import { countSteps, PathTest } from "../../json/paths";
import {
  BetaColumn,
  BetaCondition,
  BetaMember,
  BetaRow,
  buildBetaTable,
  openCells,
} from "../beta_table";
import { openFeatureSet } from "../../translate/shared/features";
import { FLAG_FALSE } from "../config";
import { mergeMaps } from "./merge";
import { Reader } from "./reader";
import * as R from "./report";
import * as S from "./shape";
import * as K from "./shape_table";
import { Group } from "./shape_table";
import * as T from "./texts";

/** A member of `beta`. */
export function storeBeta(reader: Reader, member: u32): void {
  const profile = reader.profile;
  switch (member) {
    case K.BetaKey.Client:
      profile.betaIgnore = reader.number != 0;
      break;
    case K.BetaKey.Inject:
      profile.betaNever = reader.number != 0;
      break;
    case K.BetaKey.Unknown:
      profile.betaUnknown = reader.number;
      break;
    case K.BetaKey.Unsupported:
      profile.betaReject = reader.number != 0;
      break;
    case K.BetaKey.Overrides:
      profile.betaOverrides = mergeMaps(reader, profile.betaOverrides, reader.map);
      break;
    case K.BetaKey.Add:
      profile.betaAdd = reader.list;
      break;
    default:
      profile.betaRemove = reader.list;
      break;
  }
}

/** Rows or conditions follow. */
export function openBetaItems(reader: Reader, group: Group, count: u32): void {
  if (group == Group.BetaEntry) {
    const rows = openStructArray<BetaRow>(reader.arena, count);
    if (rows == null) reader.fail();
    else reader.betaRows = rows;
  } else if (group == Group.Condition) {
    const conditions = openStructArray<BetaCondition>(reader.arena, count);
    if (conditions == null) reader.fail();
    else reader.conditions = conditions;
  }
}

/** The walk enters a row. */
export function beginBetaRow(reader: Reader): void {
  const row = reader.betaRows.push();
  const cells = openCells(reader.arena);
  if (row == null) return;
  if (cells == null) {
    reader.fail();
    return;
  }
  cells.at(BetaColumn.Custom).sent = true;
  row.cells = cells;
  row.when = reader.noConditions;
  row.unless = reader.noConditions;
  row.models = reader.emptyList;
  row.strip = reader.emptyList;
  reader.betaRow = row;
}

/** The walk enters a condition. */
export function beginCondition(reader: Reader): void {
  const condition = reader.conditions.push();
  if (condition == null) return;
  condition.values = reader.emptyList;
  reader.condition = condition;
}

/** A member of a row. */
export function storeBetaRow(reader: Reader, member: u32): void {
  const row = reader.betaRow;
  switch (member) {
    case K.BetaEntryKey.Id: {
      row.tokenPtr = reader.text.ptr;
      row.tokenLen = reader.text.len;
      break;
    }
    case K.BetaEntryKey.Prefix: {
      row.prefixPtr = reader.text.ptr;
      row.prefixLen = reader.text.len;
      row.given |= BetaMember.Prefix;
      break;
    }
    case K.BetaEntryKey.Models: {
      row.models = reader.list;
      row.given |= BetaMember.Models;
      break;
    }
    case K.BetaEntryKey.Providers:
      storeCells(reader, row);
      break;
    case K.BetaEntryKey.Strip:
      storeStrip(reader, row);
      break;
    default:
      storeConditions(reader, row, member);
      break;
  }
}

function storeConditions(reader: Reader, row: BetaRow, member: u32): void {
  if (member == K.BetaEntryKey.When) {
    row.when = reader.conditions;
    row.given |= BetaMember.When;
  } else {
    row.unless = reader.conditions;
    row.given |= BetaMember.Unless;
  }
  reader.config.betasAsk = true;
}

/** The keys of the map are words in the order of BetaColumn; the walk left their numbers in its keys' places. */
function storeCells(reader: Reader, row: BetaRow): void {
  const map = reader.map;
  const names = S.nodeAt(S.nodeAt(reader.mapNode).extra);
  for (let i: u32 = 0; i < map.count; i++) {
    const column = S.findWord(names.first, names.count, map.keyPtr(i), map.keyLen(i));
    if (column < 0) continue;
    const cell = row.cells.at(<u32>column);
    cell.sent = map.valuePtr(i) != FLAG_FALSE;
    cell.ptr = map.valueLen(i) > 0 ? map.valuePtr(i) : 0;
    cell.len = map.valueLen(i);
    row.givenCells |= 1 << (<u32>column);
  }
  row.given |= BetaMember.Providers;
}

function storeStrip(reader: Reader, row: BetaRow): void {
  const list = reader.list;
  for (let i: u32 = 0; i < list.count; i++) {
    if (countSteps(list.ptr(i), list.len(i)) > 0) continue;
    const mark = R.pushIndex(reader.report, i);
    R.addError(reader.report, T.BAD_PATH);
    R.popPath(reader.report, mark);
  }
  row.strip = list;
  row.given |= BetaMember.Strip;
}

/** A member of a condition. */
export function storeCondition(reader: Reader, member: u32): void {
  const condition = reader.condition;
  const text = reader.text;
  switch (member) {
    case K.ConditionKey.Endpoint:
      condition.endpoints = (<u32>1) << reader.number;
      break;
    case K.ConditionKey.Path: {
      condition.pathPtr = text.ptr;
      condition.pathLen = text.len;
      if (countSteps(text.ptr, text.len) == 0) R.addError(reader.report, T.BAD_PATH);
      break;
    }
    case K.ConditionKey.Prefix: {
      condition.test = PathTest.Prefix;
      condition.prefixPtr = text.ptr;
      condition.prefixLen = text.len;
      break;
    }
    default:
      storeTest(reader, condition, member);
      break;
  }
}

function storeTest(reader: Reader, condition: BetaCondition, member: u32): void {
  const text = reader.text;
  if (member == K.ConditionKey.OneOf) {
    condition.test = PathTest.Equals;
    condition.values = reader.list;
    for (let i: u32 = 0; i < reader.list.count; i++) {
      const mark = R.pushIndex(reader.report, i);
      checkScalar(reader, reader.list.ptr(i));
      R.popPath(reader.report, mark);
    }
  } else if (member == K.ConditionKey.Equals) {
    condition.test = PathTest.Equals;
    condition.values = reader.openList(1);
    if (!reader.failed) condition.values.set(0, text.ptr, text.len);
    checkScalar(reader, text.ptr);
  } else {
    condition.test = member == K.ConditionKey.Exists ? PathTest.Exists : PathTest.NonEmpty;
    if (!equalsLiteral(text.ptr, text.len, T.TRUE)) R.addError(reader.report, T.ONLY_TRUE);
  }
}

function checkScalar(reader: Reader, ptr: usize): void {
  const first = byteAt(ptr);
  if (first == Ascii.BraceOpen || first == Ascii.BracketOpen || first == Ascii.LowerN)
    R.addError(reader.report, T.NOT_SCALAR);
}

/** A condition was read: an endpoint, or a path with one question. */
export function checkCondition(reader: Reader, seen: u64): void {
  const byEndpoint = ((<u64>1) << K.ConditionKey.Endpoint) as u64;
  const byPath = ((<u64>1) << K.ConditionKey.Path) as u64;
  if (seen == byEndpoint) return;
  const others = seen & ~byPath;
  const single = others != 0 && (others & (others - 1)) == 0 && (others & byEndpoint) == 0;
  if ((seen & byPath) != 0 && single) return;
  R.addError(reader.report, T.BAD_CONDITION);
}

/** Builds the table of the configuration; `bare`: without the built-in rows. */
export function finishBetas(reader: Reader): void {
  const table = buildBetaTable(
    reader.arena,
    reader.betaRows,
    reader.betasBare,
    reader.noConditions,
    reader.emptyList,
  );
  const features = openFeatureSet(reader.arena);
  if (table == null || features == null) {
    reader.fail();
    return;
  }
  reader.config.betas = table;
  reader.config.features = features;
}
