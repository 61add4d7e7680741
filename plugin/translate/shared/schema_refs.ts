/**
 * References of a schema: whether each leads to one of the root's definitions, and whether definitions lead back to
 * themselves. Linear: each definition and each reference is visited once.
 */
import { Arena } from "../../bytes/arena";
import { literalLen, startsWithLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { NameIndex, NOT_FOUND, openNameIndex } from "../../bytes/name_index";
import { RecordList } from "../../bytes/records";

@unmanaged
@final
export class SchemaRef {
  ptr: usize; // inside of the token; 0: no string
  len: u32;
  target: u32; // number of the definition
}

const enum Visit {
  New = 0,
  /** On the path that is being followed. */
  Open = 1,
  Done = 2,
}

@unmanaged
@final
export class SchemaDefinition {
  namePtr: usize; // inside of the key's token
  nameLen: u32;
  firstRef: u32; // its references are firstRef … endRef - 1
  endRef: u32;
  depth: u32; // open frames where it began
  closed: bool; // endRef is known
  visit: Visit;
  at: u32; // reference that is followed next
  from: u32; // definition that led here, plus 1; 0: none
}

/** True when a reference is recursive, or leads out of the root's definitions. */
export function hasLoop(
  definitions: RecordList<SchemaDefinition>,
  refs: RecordList<SchemaRef>,
  arena: Arena,
): bool {
  if (refs.count == 0) return false;
  const names = openNameIndex(arena, definitions.count);
  if (names == null) return true; // not followed: as bad as a loop
  for (let i: u32 = 0; i < definitions.count; i++) {
    const definition = definitions.at(i);
    names.add(definition.namePtr, definition.nameLen, i);
  }
  for (let i: u32 = 0; i < refs.count; i++) {
    if (!resolve(refs.at(i), names)) return true;
  }
  for (let i: u32 = 0; i < definitions.count; i++) {
    if (definitions.at(i).visit == Visit.New && leadsBack(i, definitions, refs)) return true;
  }
  return false;
}

/** Finds the definition that a reference names; other pointers are not followed. */
function resolve(ref: SchemaRef, names: NameIndex): bool {
  let prefix: u32 = 0;
  if (ref.ptr == 0) return false;
  if (startsWithLiteral(ref.ptr, ref.len, L.SCHEMA_REF_DEFS)) {
    prefix = literalLen(L.SCHEMA_REF_DEFS);
  } else if (startsWithLiteral(ref.ptr, ref.len, L.SCHEMA_REF_DEFINITIONS)) {
    prefix = literalLen(L.SCHEMA_REF_DEFINITIONS);
  } else return false;
  ref.target = names.find(ref.ptr + prefix, ref.len - prefix);
  return ref.target != NOT_FOUND;
}

/** Follows references depth first from one definition; the way back is kept in the records. */
function leadsBack(
  start: u32,
  definitions: RecordList<SchemaDefinition>,
  refs: RecordList<SchemaRef>,
): bool {
  let here = start;
  open(definitions.at(start), 0);
  while (true) {
    const definition = definitions.at(here);
    if (definition.at == definition.endRef) {
      definition.visit = Visit.Done;
      if (definition.from == 0) return false;
      here = definition.from - 1;
      continue;
    }
    const target = refs.at(definition.at).target;
    definition.at += 1;
    const next = definitions.at(target);
    if (next.visit == Visit.Open) return true;
    if (next.visit == Visit.Done) continue;
    open(next, here + 1);
    here = target;
  }
}

function open(definition: SchemaDefinition, from: u32): void {
  definition.visit = Visit.Open;
  definition.at = definition.firstRef;
  definition.from = from;
}
