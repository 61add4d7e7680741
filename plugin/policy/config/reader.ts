/** State of one reading, and the texts it takes over. Everything lives in the configuration's arena. */
import { Arena } from "../../bytes/arena";
import { Ascii } from "../../bytes/ascii";
import { byteAt } from "../../bytes/compare";
import { Span } from "../../bytes/join";
import { openStruct } from "../../bytes/records";
import { openStructArray, StructArray } from "../../bytes/struct_array";
import { openTextList, openTextMap, TextList, TextMap } from "../../bytes/text_list";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { UNESCAPED_KEY } from "../../json/key";
import { findEscape, unescapeInto } from "../../json/string";
import { BetaCondition, BetaRow } from "../beta_table";
import { Config, Key, ModelInfoRow, Profile, Rule } from "../config";
import { PrefillRoute, PrefillRule, Reframe } from "../prefill_settings";
import { Environment } from "./environment";
import { ConfigReport } from "./report";

/** Containers that may be open at once; settings need 6, the rest is for values of `params.set`. */
export const DEPTH: u32 = 64;

/** A key with escapes that has this many bytes may have been cut (json/key.ts). */
const CUT_KEY: u32 = 160;

const UNESCAPED: Writer = makeWriter();

@unmanaged
@final
export class Reader {
  arena: Arena; // the configuration's
  report: ConfigReport;
  config: Config;
  environment: Environment;
  cursor: JsonCursor;
  counter: JsonCursor; // runs ahead to count entries
  failed: bool; // out of memory; what was read is not to be used

  emptyList: TextList;
  emptyMap: TextMap;
  emptyKeys: StructArray<Key>;
  noConditions: StructArray<BetaCondition>;

  // What settings go to.
  profile: Profile;
  isDefaults: bool; // `profile` is what others start from
  isShort: bool; // the only profile is `profile`
  ownKeys: bool; // the profile itself has `auth.keys`
  keys: StructArray<Key>;
  key: Key;
  rule: Rule;
  row: ModelInfoRow;
  betasBare: bool; // beta_table.base: empty
  betaRows: StructArray<BetaRow>;
  betaRow: BetaRow;
  conditions: StructArray<BetaCondition>;
  condition: BetaCondition;
  prefillRules: StructArray<PrefillRule>;
  prefillRule: PrefillRule;
  inPrefillRule: bool;
  prefillRoute: PrefillRoute;
  reframe: Reframe;

  // The value that was walked last; which of them is set follows from its kind.
  text: Span; // a string's content, or the JSON text of a free value
  number: u32; // an integer, a boolean, or the index of a word
  bits: u32; // one bit per word of a list of words
  list: TextList;
  map: TextMap;
  mapNode: u32; // what describes `map`

  /** Notes that memory is exhausted. */
  fail(): void {
    this.failed = true;
  }

  /** Takes over the string token at `ptr`, quotes included; sets `text`. */
  takeString(ptr: usize, len: u32): void {
    const inside = ptr + 1;
    const insideLen = len - 2;
    this.text.ptr = inside;
    this.text.len = insideLen;
    if (findEscape(inside, inside + insideLen) == inside + insideLen) return;
    UNESCAPED.begin(insideLen, insideLen);
    unescapeInto(UNESCAPED, inside, insideLen);
    this.text.ptr = this.keep(UNESCAPED.start, UNESCAPED.length);
    this.text.len = UNESCAPED.length;
    UNESCAPED.finish(0);
  }

  /** Takes over the cursor's key; sets `text`. False when it is too long to be one of ours. */
  takeKey(): bool {
    const cursor = this.cursor;
    this.text.ptr = cursor.keyPtr;
    this.text.len = cursor.keyLen;
    if (cursor.keyPtr != UNESCAPED_KEY) return true;
    this.text.ptr = this.keep(cursor.keyPtr, cursor.keyLen);
    return cursor.keyLen < CUT_KEY;
  }

  /** A copy that lives as long as the configuration. */
  keep(ptr: usize, len: u32): usize {
    const copy = this.arena.keep(ptr, len);
    if (copy == 0) this.fail();
    return copy;
  }

  /** A list with room for `count` texts. */
  openList(count: u32): TextList {
    const list = openTextList(this.arena, count);
    if (list != null) return list;
    this.fail();
    return this.emptyList;
  }

  /** A map with room for `count` entries. */
  openMap(count: u32): TextMap {
    const map = openTextMap(this.arena, count);
    if (map != null) return map;
    this.fail();
    return this.emptyMap;
  }
}

/** A reader that fills a new configuration in `arena`; null without memory. */
export function openReader(
  arena: Arena,
  report: ConfigReport,
  environment: Environment,
): Reader | null {
  const reader = openStruct<Reader>(arena);
  const config = openStruct<Config>(arena);
  const cursor = openStruct<JsonCursor>(arena);
  const counter = openStruct<JsonCursor>(arena);
  const text = openStruct<Span>(arena);
  if (reader == null || config == null || cursor == null || counter == null) return null;
  if (text == null) return null;
  reader.arena = arena;
  reader.report = report;
  reader.environment = environment;
  reader.config = config;
  reader.cursor = cursor;
  reader.counter = counter;
  reader.text = text;
  return openEmpty(reader) ? reader : null;
}

/** What settings without entries point to, so that no list is ever null. */
function openEmpty(reader: Reader): bool {
  const arena = reader.arena;
  const list = openTextList(arena, 0);
  const map = openTextMap(arena, 0);
  const keys = openStructArray<Key>(arena, 0);
  const rules = openStructArray<Rule>(arena, 0);
  const rows = openStructArray<ModelInfoRow>(arena, 0);
  const profiles = openStructArray<Profile>(arena, 0);
  if (list == null || map == null || keys == null || rules == null) return false;
  const betas = openStructArray<BetaRow>(arena, 0);
  const conditions = openStructArray<BetaCondition>(arena, 0);
  if (rows == null || profiles == null || betas == null || conditions == null) return false;
  reader.betaRows = betas;
  reader.config.betas = betas;
  reader.noConditions = conditions;
  reader.conditions = conditions;
  reader.emptyList = list;
  reader.emptyMap = map;
  reader.emptyKeys = keys;
  reader.config.arena = arena;
  reader.config.rules = rules;
  reader.config.modelInfo = rows;
  reader.config.profiles = profiles;
  reader.config.defaultProfile = -1;
  return true;
}

/** True when the bytes can stand in a header as a credential: visible ASCII. */
export function isVisible(ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) {
    if (byteAt(ptr + i) - (Ascii.Space + 1) >= 0x7f - (Ascii.Space + 1)) return false;
  }
  return true;
}
