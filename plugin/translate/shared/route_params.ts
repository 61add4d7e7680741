/**
 * What the route's configuration does to the outgoing body: `params.reject`, `drop`, `set`, `set_if_absent`. Works on the written
 * body, so that it speaks of what is sent and not of what was asked. Costs nothing without such settings.
 * Source: docs/configuration.md, "params".
 */
import { Ascii } from "../../bytes/ascii";
import { equals, equalsLiteral, literalLen, literalPtr } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { openRecords, openStruct, RecordList } from "../../bytes/records";
import { openSpanTable, SpanTable } from "../../bytes/span_table";
import { splice } from "../../bytes/splice";
import { TextList, TextMap } from "../../bytes/text_list";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { Facts, Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { Conversation } from "./conversation";
import { noteMember } from "./members_native";
import { problemParam, refuseMemory, refuseUnsupported } from "./problem";

/** No entry of a map. */
export const NO_ENTRY: i32 = -1;

/** One member of the body that is to be dropped or gets another value. */
@unmanaged
@final
class Edit {
  offset: u32; // of what is replaced
  len: u32;
  value: i32; // entry of `set`, or NO_ENTRY: the member goes
}

/** What one walk over the body finds out. */
@unmanaged
@final
class Findings {
  edits: RecordList<Edit>; // from front to back
  there: SpanTable; // entries of `set`, then of `set_if_absent`, that need not be added
}

/** Applies the settings to the body in `out`, a whole object. False with a problem. */
export function applyRouteParams(
  out: Writer,
  talk: Conversation,
  plan: Plan,
  facts: Facts,
  c: JsonCursor,
): bool {
  const added = plan.set.count + plan.setIfAbsent.count;
  if (plan.drop.count + plan.reject.count + added == 0 || out.failed) return true;
  const found = openStruct<Findings>(talk.arena);
  const edits = openRecords<Edit>(talk.arena);
  const there = openSpanTable(talk.arena, added);
  if (found == null || edits == null || there == null) return refuseMemory();
  found.edits = edits;
  found.there = there;
  if (!findEdits(out, plan, facts, c, found)) return false;
  for (let i = edits.count; i > 0; i--) {
    const edit = edits.at(i - 1);
    const set = edit.value;
    if (set == NO_ENTRY) splice(out, edit.offset, edit.len, 0, 0);
    else splice(out, edit.offset, edit.len, plan.set.valuePtr(set), plan.set.valueLen(set));
  }
  addMissing(out, plan, facts, c, there);
  return true;
}

/** Adds what is not there yet, in the order of the configuration. */
function addMissing(out: Writer, plan: Plan, facts: Facts, c: JsonCursor, there: SpanTable): void {
  const always = plan.set;
  const absent = plan.setIfAbsent;
  for (let i: u32 = 0; i < always.count; i++) {
    noteMember(facts, always, i, c);
    if (!there.has(i)) addMember(out, always, i, facts);
  }
  for (let i: u32 = 0; i < absent.count; i++) {
    if (there.has(always.count + i)) continue;
    if (findEntry(always, absent.keyPtr(i), absent.keyLen(i)) != NO_ENTRY) continue;
    noteMember(facts, absent, i, c);
    addMember(out, absent, i, facts);
  }
}

/** One walk over the members. False when one is refused, or without memory. */
function findEdits(out: Writer, plan: Plan, facts: Facts, c: JsonCursor, found: Findings): bool {
  c.open(out.start, out.length, DEPTH_CEILING);
  c.enterObject();
  while (c.nextKey()) {
    const key = c.keyPtr;
    const len = c.keyLen;
    if (isListed(plan.reject, key, len)) return refuseMember(key, len);
    c.skip();
    const set = findEntry(plan.set, key, len);
    const drops = set == NO_ENTRY && isListed(plan.drop, key, len) && !isNeeded(key, len);
    if (!drops) noteThere(plan, found.there, key, len);
    if (set == NO_ENTRY && !drops) continue;
    const edit = found.edits.push();
    if (edit == null) return refuseMemory();
    // Our own output has no white space and no escapes in keys: a comma and a quote stand in front.
    const from = drops ? key - 2 : c.valuePtr;
    edit.offset = <u32>(from - out.start);
    edit.len = <u32>(c.valuePtr + c.valueLen - from);
    edit.value = set;
    note(facts, drops ? Adaptation.DroppedByRoute : Adaptation.SetByRoute);
  }
  return true;
}

function noteThere(plan: Plan, there: SpanTable, key: usize, len: u32): void {
  const always = findEntry(plan.set, key, len);
  const absent = findEntry(plan.setIfAbsent, key, len);
  if (always != NO_ENTRY) there.set(always, key, len);
  if (absent != NO_ENTRY) there.set(plan.set.count + absent, key, len);
}

/** Notes that the route refuses a member. */
export function refuseMember(key: usize, len: u32): bool {
  problemParam.begin(0, len);
  problemParam.put(key, len);
  return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_REFUSED_BY_ROUTE);
}

/** Members without which there is no request. */
export function isNeeded(ptr: usize, len: u32): bool {
  return (
    equalsLiteral(ptr, len, L.MODEL) ||
    equalsLiteral(ptr, len, L.MESSAGES) ||
    equalsLiteral(ptr, len, L.MAX_TOKENS)
  );
}

/** True when the list has this text. */
export function isListed(list: TextList, ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < list.count; i++) {
    if (list.len(i) == len && equals(list.ptr(i), ptr, len)) return true;
  }
  return false;
}

/** Index of the entry of a name; NO_ENTRY when there is none. */
export function findEntry(map: TextMap, ptr: usize, len: u32): i32 {
  for (let i: u32 = 0; i < map.count; i++) {
    if (map.keyLen(i) == len && equals(map.keyPtr(i), ptr, len)) return <i32>i;
  }
  return NO_ENTRY;
}

/** Index of the entry of a literal's name; -1 when there is none. */
export function findSetting(map: TextMap, name: usize): i32 {
  return findEntry(map, literalPtr(name), literalLen(name));
}

/** Adds entry `index` as the last member. */
function addMember(out: Writer, map: TextMap, index: u32, facts: Facts): void {
  out.rewind(out.length - 1); // the closing brace
  out.byte(Ascii.Comma);
  out.byte(Ascii.Quote);
  out.put(map.keyPtr(index), map.keyLen(index));
  out.byte(Ascii.Quote);
  out.byte(Ascii.Colon);
  out.put(map.valuePtr(index), map.valueLen(index));
  out.byte(Ascii.BraceClose);
  note(facts, Adaptation.SetByRoute);
}
