/**
 * Second pass over a schema for constrained output: every node is written again with the keywords that the API keeps, in their
 * order, byte for byte; the others move into its description. Source: docs/chat.md, "Structured output".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { byteAt } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { findStringEnd, skipSpace } from "../../json/scan";
import { escapeInto } from "../../json/string";
import { SchemaKey } from "../../wire/schema_keys";
import { Has, hasBit, isMoved, SchemaNode, SchemaSurvey } from "./schema_survey";
import { FrameKind, SchemaEvent, SchemaWalk } from "./schema_walk";
import { isBlankToken, putInside } from "./tokens";

/** The node that the walk reached last, and the moved keyword of it that comes next. */
let nodeAt: u32 = 0;
/** A description for the root when it has none: a token. */
let rootPtr: usize = 0;
let rootLen: u32 = 0;
let rootObject: bool = false;

/**
 * Appends a surveyed schema that can be expressed. `description` (a token, or 0) becomes the root's when it has none;
 * `asObject` gives the root a `type` when it has none, as tools need one.
 */
export function putSurveyed(
  out: Writer,
  it: SchemaSurvey,
  description: usize,
  descriptionLen: u32,
  asObject: bool,
): void {
  const root = it.nodes.at(0);
  nodeAt = 0;
  const described = !isBlankToken(description, descriptionLen);
  rootPtr = described ? description : 0;
  rootLen = described ? descriptionLen : 0;
  rootObject = asObject && !hasBit(root, Has.Type);
  if (rootObject) root.has |= <u32>Has.Object;
  it.walk.begin(it.ptr, it.len, it.depth);
  openNode(out, it);
  for (let event = it.walk.next(); event != SchemaEvent.End; event = it.walk.next()) {
    putEvent(out, it, event);
  }
}

function putEvent(out: Writer, it: SchemaSurvey, event: SchemaEvent): void {
  switch (event) {
    case SchemaEvent.Keyword:
      putKeyword(out, it, it.nodes.at(it.walk.top().node));
      break;
    case SchemaEvent.Child:
      separate(out, it.walk);
      if (it.walk.inMap) putKey(out, it.walk);
      putChild(out, it);
      break;
    case SchemaEvent.NodeEnd:
      closeNode(out, it);
      break;
    case SchemaEvent.MapEnd:
      out.byte(Ascii.BraceClose);
      break;
    default:
      out.byte(Ascii.BracketClose);
      break;
  }
}

/** A comma in front of all but the first of the innermost frame. */
function separate(out: Writer, walk: SchemaWalk): void {
  const frame = walk.top();
  if (frame.any) out.byte(Ascii.Comma);
  frame.any = true;
}

function putKey(out: Writer, walk: SchemaWalk): void {
  out.byte(Ascii.Quote);
  out.put(walk.keyPtr, walk.keyLen);
  out.byte(Ascii.Quote);
  out.byte(Ascii.Colon);
}

/** The subschema that comes next, or the boolean in its place. */
function putChild(out: Writer, it: SchemaSurvey): void {
  if (it.walk.enter(FrameKind.Node)) openNode(out, it);
  else putValue(out, it.walk);
}

/** The value that comes next, as it stands. */
function putValue(out: Writer, walk: SchemaWalk): void {
  walk.cursor.skip();
  out.put(walk.cursor.valuePtr, walk.cursor.valueLen);
}

/** Finds the record of the node whose frame was just opened: records are in source order, skipped nodes have theirs too. */
function openNode(out: Writer, it: SchemaSurvey): void {
  while (it.nodes.at(nodeAt).ptr != it.walk.cursor.ptr) nodeAt += 1;
  it.walk.top().node = nodeAt;
  out.byte(Ascii.BraceOpen);
  if (nodeAt != 0 || !rootObject) return;
  separate(out, it.walk);
  out.literal(L.SCHEMA_TYPE_OBJECT);
}

function putKeyword(out: Writer, it: SchemaSurvey, node: SchemaNode): void {
  const walk = it.walk;
  if (isLeftOut(it, node)) {
    walk.cursor.skip();
    return;
  }
  separate(out, walk);
  switch (walk.keyword) {
    case SchemaKey.OneOf:
      out.literal(L.SCHEMA_ANY_OF);
      putContainer(out, walk, FrameKind.List);
      break;
    case SchemaKey.AnyOf:
    case SchemaKey.AllOf:
      putKey(out, walk);
      putContainer(out, walk, FrameKind.List);
      break;
    case SchemaKey.Properties:
    case SchemaKey.Defs:
    case SchemaKey.Definitions:
      putKey(out, walk);
      putContainer(out, walk, FrameKind.Map);
      break;
    case SchemaKey.Items:
      putKey(out, walk);
      if (byteAt(walk.cursor.ptr) == Ascii.BracketOpen) putContainer(out, walk, FrameKind.List);
      else putChild(out, it);
      break;
    default:
      putPlain(out, it, node);
      break;
  }
}

/** A keyword whose value is no subschema. */
function putPlain(out: Writer, it: SchemaSurvey, node: SchemaNode): void {
  const walk = it.walk;
  if (walk.keyword == SchemaKey.AdditionalProperties) {
    out.literal(L.SCHEMA_CLOSED);
    walk.cursor.skip();
    return;
  }
  if (walk.keyword != SchemaKey.Description) {
    putKey(out, walk);
    putValue(out, walk);
    return;
  }
  walk.cursor.skip();
  putDescription(out, it, node, walk.cursor.valuePtr, walk.cursor.valueLen);
}

/** Beside a reference all but definitions goes; moved keywords go; a list of types goes beside `enum`. */
function isLeftOut(it: SchemaSurvey, node: SchemaNode): bool {
  const walk = it.walk;
  if (hasBit(node, Has.Ref)) return !isBesideRef(walk.keyword);
  if (walk.keyword == SchemaKey.Type) return hasBit(node, Has.TypeList) && hasBit(node, Has.Enum);
  // Moved keywords are in source order: the first that is left is the next that comes by.
  if (node.nextMoved == 0) return false;
  const keyword = it.moved.at(node.nextMoved - 1);
  if (keyword.keyPtr != walk.keyPtr) return false;
  node.nextMoved = keyword.next;
  return isMoved(keyword, node);
}

function isBesideRef(keyword: SchemaKey): bool {
  return keyword == SchemaKey.Ref || keyword == SchemaKey.Defs || keyword == SchemaKey.Definitions;
}

function putContainer(out: Writer, walk: SchemaWalk, kind: FrameKind): void {
  if (!walk.enter(kind)) putValue(out, walk);
  else out.byte(kind == FrameKind.List ? Ascii.BracketOpen : Ascii.BraceOpen);
}

/** The node's frame is closed: the walk stands behind it, its record is the frame's. */
function closeNode(out: Writer, it: SchemaSurvey): void {
  const frame = it.walk.left();
  const node = it.nodes.at(frame.node);
  if (!hasBit(node, Has.Ref)) {
    if (hasBit(node, Has.Object) && !hasBit(node, Has.Additional)) {
      if (frame.any) out.byte(Ascii.Comma);
      frame.any = true;
      out.literal(L.SCHEMA_CLOSED);
    }
    if (!hasBit(node, Has.Description))
      putOwnDescription(out, it, node, frame.any, frame.node == 0);
  }
  out.byte(Ascii.BraceClose);
}

/** A description where the node has none, when there is something to say. */
function putOwnDescription(
  out: Writer,
  it: SchemaSurvey,
  node: SchemaNode,
  behindOthers: bool,
  isRoot: bool,
): void {
  const mark = out.mark();
  if (behindOthers) out.byte(Ascii.Comma);
  const first = out.length;
  putDescription(out, it, node, isRoot ? rootPtr : 0, isRoot ? rootLen : 0);
  if (out.length - first == EMPTY_DESCRIPTION) out.rewind(mark);
}

/** Length of `"description":""`. */
const EMPTY_DESCRIPTION: u32 = 16;

/** `"description":"…"`: the text, a blank line, the moved keywords in braces. */
function putDescription(
  out: Writer,
  it: SchemaSurvey,
  node: SchemaNode,
  ptr: usize,
  len: u32,
): void {
  out.literal(L.SCHEMA_DESCRIPTION);
  putInside(out, ptr, len);
  const blank = isBlankToken(ptr, len);
  let first = true;
  for (let at = node.firstMoved; at != 0; at = it.moved.at(at - 1).next) {
    const keyword = it.moved.at(at - 1);
    if (!isMoved(keyword, node)) continue;
    if (!first) out.literal(L.COMMA_SPACE);
    else if (!blank) out.literal(L.BLANK_LINE);
    if (first) out.byte(Ascii.BraceOpen);
    first = false;
    out.put(keyword.keyPtr, keyword.keyLen);
    out.literal(L.COLON_SPACE);
    putCompact(out, keyword.valuePtr, keyword.valueLen);
  }
  if (!first) out.byte(Ascii.BraceClose);
  out.byte(Ascii.Quote);
}

/** JSON as text inside a string: without white space between its tokens, quotes and backslashes escaped. */
function putCompact(out: Writer, ptr: usize, len: u32): void {
  const end = ptr + len;
  while (ptr < end) {
    const start = skipSpace(ptr, end);
    ptr = start;
    if (ptr >= end) return;
    if (byteAt(ptr) == Ascii.Quote) {
      ptr = findStringEnd(ptr + 1, end) + 1;
      escapeInto(out, start, <u32>(ptr - start));
    } else {
      out.byte(byteAt(ptr));
      ptr += 1;
    }
  }
}
