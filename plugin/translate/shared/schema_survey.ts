/**
 * First pass over a schema for constrained output: what each node has, which keywords it cannot keep, and whether the whole
 * can be expressed at all. Linear in the schema's bytes. Source: docs/chat.md, "Structured output".
 */
import { Arena } from "../../bytes/arena";
import { findLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { openRecords, openStruct, RecordList } from "../../bytes/records";
import { readInteger } from "../../json/number";
import { JsonKind } from "../../json/status";
import { findSchemaFormat, SchemaFormat } from "../../wire/schema_formats";
import { SchemaKey } from "../../wire/schema_keys";
import { isPlainPattern } from "./schema_pattern";
import { hasLoop, SchemaDefinition, SchemaRef } from "./schema_refs";
import { FrameKind, openSchemaWalk, SchemaEvent, SchemaWalk } from "./schema_walk";

/** Most nodes, moved keywords, references and definitions; a schema with more is not rewritten. */
const RECORD_CAP: u32 = 65536;

/** What a node has; bits. */
export const enum Has {
  Type = 1,
  TypeList = 2,
  /** `properties`, or a `type` that allows objects. */
  Object = 4,
  Enum = 8,
  Ref = 16,
  Description = 32,
  /** `additionalProperties`, whatever it says. */
  Additional = 64,
  /** … which says something else but false. */
  Open = 128,
  AnyOf = 256,
  OneOf = 512,
}

@unmanaged
@final
export class SchemaNode {
  ptr: usize; // first byte inside its braces: tells the second pass which node it is at
  has: u32; // bits of Has
  firstMoved: u32; // record of the first keyword that moves into the description, plus 1; 0: none
  lastMoved: u32;
  nextMoved: u32; // second pass: the one that it comes to next
}

@unmanaged
@final
export class MovedKeyword {
  keyPtr: usize; // inside of the key's token
  keyLen: u32;
  valuePtr: usize;
  valueLen: u32;
  next: u32; // as SchemaNode.firstMoved
  additional: bool; // `additionalProperties`: stays when the node is an object's
}

@unmanaged
@final
export class SchemaSurvey {
  ptr: usize; // the schema
  len: u32;
  depth: u32;
  walk: SchemaWalk;
  nodes: RecordList<SchemaNode>; // in source order
  moved: RecordList<MovedKeyword>;
  refs: RecordList<SchemaRef>;
  definitions: RecordList<SchemaDefinition>; // of the root
  open: bool; // some object allows members that it does not name
  conflict: bool; // anyOf and oneOf at one node
  loops: bool; // a recursive, external or dangling reference
  large: bool; // more records than are kept
  bent: bool; // keywords are moved, removed or closed
}

/** Surveys a valid object; null without memory. */
export function surveySchema(arena: Arena, ptr: usize, len: u32, depth: u32): SchemaSurvey | null {
  const it = openSurvey(arena, depth);
  if (it == null) return null;
  it.ptr = ptr;
  it.len = len;
  it.walk.begin(ptr, len, depth);
  if (!openNode(it)) return null;
  while (!it.large) {
    const event = it.walk.next();
    if (event == SchemaEvent.End) break;
    if (!take(it, event)) return null;
    it.large = countRecords(it) > RECORD_CAP;
  }
  if (it.large) return it;
  for (let i: u32 = 0; i < it.nodes.count; i++) judge(it, it.nodes.at(i));
  it.loops = hasLoop(it.definitions, it.refs, arena);
  return it;
}

/** What a complete node means for the whole. Members beside a reference do not count: they go. */
function judge(it: SchemaSurvey, node: SchemaNode): void {
  if (hasBit(node, Has.Ref)) {
    it.bent = it.bent || node.firstMoved != 0 || hasBit(node, Has.Description);
    return;
  }
  if (hasBit(node, Has.Open) && hasBit(node, Has.Object)) it.open = true;
  it.bent = it.bent || it.open || (hasBit(node, Has.TypeList) && hasBit(node, Has.Enum));
  for (let at = node.firstMoved; at != 0 && !it.bent; at = it.moved.at(at - 1).next) {
    it.bent = isMoved(it.moved.at(at - 1), node);
  }
}

/** True when the node has it. */
export function hasBit(node: SchemaNode, bit: Has): bool {
  return (node.has & (<u32>bit)) != 0;
}

/** True for a keyword that goes into the description; `additionalProperties` of objects stays. */
export function isMoved(keyword: MovedKeyword, node: SchemaNode): bool {
  return !keyword.additional || !hasBit(node, Has.Object);
}

function openSurvey(arena: Arena, depth: u32): SchemaSurvey | null {
  const it = openStruct<SchemaSurvey>(arena);
  const walk = openSchemaWalk(arena, depth);
  const nodes = openRecords<SchemaNode>(arena);
  const moved = openRecords<MovedKeyword>(arena);
  const refs = openRecords<SchemaRef>(arena);
  const definitions = openRecords<SchemaDefinition>(arena);
  if (it == null || walk == null || nodes == null || moved == null) return null;
  if (refs == null || definitions == null) return null;
  it.depth = depth;
  it.walk = walk;
  it.nodes = nodes;
  it.moved = moved;
  it.refs = refs;
  it.definitions = definitions;
  return it;
}

function countRecords(it: SchemaSurvey): u32 {
  return it.nodes.count + it.moved.count + it.refs.count + it.definitions.count;
}

/** One event. False without memory. */
function take(it: SchemaSurvey, event: SchemaEvent): bool {
  switch (event) {
    case SchemaEvent.Keyword:
      return takeKeyword(it, it.nodes.at(it.walk.top().node));
    case SchemaEvent.Child:
      if (it.walk.top().definitions && !openDefinition(it)) return false;
      return takeChild(it);
    case SchemaEvent.NodeEnd:
    case SchemaEvent.MapEnd:
      closeDefinition(it);
      return true;
    default:
      return true;
  }
}

/** A subschema, or a boolean in its place. */
function takeChild(it: SchemaSurvey): bool {
  if (it.walk.enter(FrameKind.Node)) return openNode(it);
  return it.walk.cursor.skip();
}

/** A record for the node whose frame was just opened. */
function openNode(it: SchemaSurvey): bool {
  const node = it.nodes.push();
  if (node == null) return false;
  node.ptr = it.walk.cursor.ptr;
  it.walk.top().node = it.nodes.count - 1;
  return true;
}

/** A definition reaches up to the next one, or to the end of their map: the references in between are its own. */
function openDefinition(it: SchemaSurvey): bool {
  closeDefinition(it);
  const definition = it.definitions.push();
  if (definition == null) return false;
  definition.namePtr = it.walk.keyPtr;
  definition.nameLen = it.walk.keyLen;
  definition.firstRef = it.refs.count;
  definition.depth = it.walk.frames.count;
  return true;
}

/** Closes the last definition when the walk has left it. */
function closeDefinition(it: SchemaSurvey): void {
  if (it.definitions.count == 0) return;
  const definition = it.definitions.at(it.definitions.count - 1);
  if (definition.closed || it.walk.frames.count > definition.depth) return;
  definition.endRef = it.refs.count;
  definition.closed = true;
}

function takeKeyword(it: SchemaSurvey, node: SchemaNode): bool {
  switch (it.walk.keyword) {
    case SchemaKey.Properties:
      node.has |= Has.Object;
      return takeContainer(it, FrameKind.Map);
    case SchemaKey.Defs:
    case SchemaKey.Definitions:
      return takeContainer(it, FrameKind.Map);
    case SchemaKey.OneOf:
      node.has |= Has.OneOf;
      it.conflict = it.conflict || (node.has & Has.AnyOf) != 0;
      return takeContainer(it, FrameKind.List);
    case SchemaKey.AnyOf:
      node.has |= Has.AnyOf;
      it.conflict = it.conflict || (node.has & Has.OneOf) != 0;
      return takeContainer(it, FrameKind.List);
    case SchemaKey.AllOf:
      return takeContainer(it, FrameKind.List);
    case SchemaKey.Items:
      return it.walk.cursor.kind() == JsonKind.Array
        ? takeContainer(it, FrameKind.List)
        : takeChild(it);
    default:
      return takeValue(it, node);
  }
}

function takeContainer(it: SchemaSurvey, kind: FrameKind): bool {
  const walk = it.walk;
  const inRoot = walk.frames.count == 1;
  const isDefinitions = walk.keyword == SchemaKey.Defs || walk.keyword == SchemaKey.Definitions;
  if (!walk.enter(kind)) return walk.cursor.skip();
  walk.top().definitions = inRoot && isDefinitions;
  return true;
}

/** A keyword whose value is no subschema. */
function takeValue(it: SchemaSurvey, node: SchemaNode): bool {
  const cursor = it.walk.cursor;
  const kind = cursor.kind();
  cursor.skip();
  switch (it.walk.keyword) {
    case SchemaKey.Type:
      takeType(node, kind, cursor.valuePtr, cursor.valueLen);
      return true;
    case SchemaKey.Enum:
      node.has |= Has.Enum;
      return true;
    case SchemaKey.Title:
    case SchemaKey.Required:
    case SchemaKey.Const:
    case SchemaKey.Default:
      return true;
    case SchemaKey.Ref:
      node.has |= Has.Ref;
      return takeRef(it, kind);
    case SchemaKey.AdditionalProperties:
      node.has |= kind == JsonKind.False ? Has.Additional : Has.Additional | Has.Open;
      return move(it, node, true);
    case SchemaKey.Description:
      if (kind != JsonKind.String) break;
      node.has |= Has.Description;
      return true;
    default:
      if (isKept(it.walk.keyword, kind, cursor.valuePtr, cursor.valueLen)) return true;
      break;
  }
  return move(it, node, false);
}

function takeType(node: SchemaNode, kind: JsonKind, ptr: usize, len: u32): void {
  node.has |= kind == JsonKind.Array ? Has.Type | Has.TypeList : Has.Type;
  if (findLiteral(ptr, len, L.QUOTED_OBJECT) != 0) node.has |= Has.Object;
}

/** Keywords whose value decides whether they are kept. */
function isKept(keyword: SchemaKey, kind: JsonKind, ptr: usize, len: u32): bool {
  switch (keyword) {
    case SchemaKey.Format:
      return kind == JsonKind.String && findSchemaFormat(ptr + 1, len - 2) != SchemaFormat.Unknown;
    case SchemaKey.MinItems:
      return kind == JsonKind.Number && isZeroOrOne(readInteger(ptr, len));
    case SchemaKey.Pattern:
      return kind == JsonKind.String && isPlainPattern(ptr + 1, len - 2);
    default:
      return false;
  }
}

function isZeroOrOne(value: i64): bool {
  return value == 0 || value == 1;
}

function takeRef(it: SchemaSurvey, kind: JsonKind): bool {
  const ref = it.refs.push();
  if (ref == null) return false;
  if (kind != JsonKind.String) return true; // dangling
  ref.ptr = it.walk.cursor.valuePtr + 1;
  ref.len = it.walk.cursor.valueLen - 2;
  return true;
}

function move(it: SchemaSurvey, node: SchemaNode, additional: bool): bool {
  const moved = it.moved.push();
  if (moved == null) return false;
  moved.keyPtr = it.walk.keyPtr;
  moved.keyLen = it.walk.keyLen;
  moved.valuePtr = it.walk.cursor.valuePtr;
  moved.valueLen = it.walk.cursor.valueLen;
  moved.additional = additional;
  const number = it.moved.count;
  if (node.firstMoved == 0) node.firstMoved = node.nextMoved = number;
  else it.moved.at(node.lastMoved - 1).next = number;
  node.lastMoved = number;
  return true;
}
