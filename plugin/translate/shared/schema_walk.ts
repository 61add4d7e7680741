/**
 * A walk over the nodes of a JSON Schema, pulled event by event, without recursion: open containers are frames in an arena.
 * Both passes over a schema (schema_survey.ts, schema_write.ts) are loops over it. The schema is valid JSON.
 *
 *   Keyword   a member of a node: the caller skips its value or enters it
 *   Child     a subschema's place in a map or list: likewise
 *   NodeEnd, MapEnd, ListEnd
 */
import { Arena } from "../../bytes/arena";
import { Ascii } from "../../bytes/ascii";
import { byteAt } from "../../bytes/compare";
import { openStruct } from "../../bytes/records";
import { openStructArray, StructArray } from "../../bytes/struct_array";
import { JsonCursor } from "../../json/cursor";
import { findStringEnd } from "../../json/scan";
import { JsonKind } from "../../json/status";
import { findSchemaKey, SchemaKey } from "../../wire/schema_keys";

export const enum SchemaEvent {
  /** The walk is over. */
  End = 0,
  Keyword = 1,
  Child = 2,
  NodeEnd = 3,
  MapEnd = 4,
  ListEnd = 5,
}

export const enum FrameKind {
  Node = 0,
  /** Names to subschemas: `properties`, `$defs`. */
  Map = 1,
  /** Subschemas: `anyOf`, `allOf`. */
  List = 2,
}

@unmanaged
@final
export class Frame {
  kind: FrameKind;
  node: u32; // FrameKind.Node: its record
  any: bool; // something was written into it
  definitions: bool; // the map of the root's definitions
}

@unmanaged
@final
export class SchemaWalk {
  cursor: JsonCursor;
  frames: StructArray<Frame>;
  keyPtr: usize; // the key of a keyword or of a map's child: inside of its token, escapes and all
  keyLen: u32;
  keyword: SchemaKey;
  inMap: bool; // the child has a key

  /** Starts over a schema, which is an object; the frame of its root is open. */
  begin(ptr: usize, len: u32, depth: u32): void {
    this.frames.count = 0;
    this.cursor.open(ptr, len, depth);
    this.enter(FrameKind.Node);
  }

  /** The innermost open frame; there is one. */
  top(): Frame {
    return this.frames.at(this.frames.count - 1);
  }

  /** The frame that the last end event closed; valid until the next is opened. */
  left(): Frame {
    return this.frames.at(this.frames.count);
  }

  /** The next event. */
  next(): SchemaEvent {
    if (this.frames.count == 0) return SchemaEvent.End;
    const kind = this.top().kind;
    if (kind == FrameKind.List) {
      this.inMap = false;
      return this.cursor.nextElement() ? SchemaEvent.Child : this.leave(SchemaEvent.ListEnd);
    }
    const isNode = kind == FrameKind.Node;
    if (!this.nextKey()) return this.leave(isNode ? SchemaEvent.NodeEnd : SchemaEvent.MapEnd);
    this.inMap = !isNode;
    if (!isNode) return SchemaEvent.Child;
    this.keyword = findSchemaKey(this.cursor.keyPtr, this.cursor.keyLen);
    return SchemaEvent.Keyword;
  }

  /** Enters the value that comes next; false when it is no container of that kind. */
  enter(kind: FrameKind): bool {
    const cursor = this.cursor;
    const entered = kind == FrameKind.List ? enterList(cursor) : enterMap(cursor);
    const frame = entered ? this.frames.push() : null;
    if (frame == null) return false;
    frame.kind = kind;
    frame.node = 0;
    frame.any = false;
    frame.definitions = false;
    return true;
  }

  /** As the cursor's `nextKey`, with the key as it stands in the source. */
  private nextKey(): bool {
    const cursor = this.cursor;
    let at = cursor.ptr;
    if (!cursor.nextKey()) return false;
    while (byteAt(at) != Ascii.Quote) at += 1; // a comma and white space
    this.keyPtr = at + 1;
    const whole = cursor.keyPtr == at + 1;
    this.keyLen = whole
      ? cursor.keyLen
      : <u32>(findStringEnd(this.keyPtr, cursor.end) - this.keyPtr);
    return true;
  }

  private leave(event: SchemaEvent): SchemaEvent {
    this.frames.count -= 1;
    return event;
  }
}

function enterMap(cursor: JsonCursor): bool {
  return cursor.kind() == JsonKind.Object && cursor.enterObject();
}

function enterList(cursor: JsonCursor): bool {
  return cursor.kind() == JsonKind.Array && cursor.enterArray();
}

/** A walk for schemas of at most `depth` open containers; null without memory. */
export function openSchemaWalk(arena: Arena, depth: u32): SchemaWalk | null {
  const walk = openStruct<SchemaWalk>(arena);
  const cursor = openStruct<JsonCursor>(arena);
  const frames = openStructArray<Frame>(arena, depth);
  if (walk == null || cursor == null || frames == null) return null;
  walk.cursor = cursor;
  walk.frames = frames;
  return walk;
}
