/** Models: one model of the Messages API as an OpenAI `model`. Source: docs/models-list.md, "Object". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { makeStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { escapeInto } from "../../json/string";
import { JsonKind } from "../../json/status";
import { Resource } from "../shared/resource";
import { putUnix, unixOf } from "../shared/unix_time";

/** What is read of a model; spans point into the document. */
@unmanaged
@final
export class ModelObject {
  idPtr: usize; // token
  idLen: u32;
  namePtr: usize; // token of display_name
  nameLen: u32;
  createdPtr: usize; // token
  createdLen: u32;
  inputPtr: usize; // max_input_tokens, a number
  inputLen: u32;
  outputPtr: usize; // max_tokens, a number
  outputLen: u32;
}

/** The model read last. */
export const MODEL: ModelObject = makeStruct<ModelObject>();

/** Reads the object that fills the document into MODEL. False when it is none, or has no id. */
export function readModel(c: JsonCursor, ptr: usize, len: u32, depth: u32): bool {
  const model = MODEL;
  model.idLen = model.nameLen = model.createdLen = model.inputLen = model.outputLen = 0;
  c.open(ptr, len, depth);
  if (!c.enterObject()) return false;
  while (c.nextKey()) {
    if (!readMember(c, model)) return false;
  }
  return c.finish() && model.idLen > 2;
}

function readMember(c: JsonCursor, model: ModelObject): bool {
  const kind = c.kind();
  if (kind == JsonKind.String) return readText(c, model);
  const isInput = c.keyIs(L.MAX_INPUT_TOKENS);
  const isOutput = c.keyIs(L.MAX_TOKENS);
  if (!c.skip()) return false;
  if (kind != JsonKind.Number) return true;
  if (isInput) {
    model.inputPtr = c.valuePtr;
    model.inputLen = c.valueLen;
  } else if (isOutput) {
    model.outputPtr = c.valuePtr;
    model.outputLen = c.valueLen;
  }
  return true;
}

function readText(c: JsonCursor, model: ModelObject): bool {
  const isId = c.keyIs(L.ID);
  const isName = c.keyIs(L.DISPLAY_NAME);
  const isCreated = c.keyIs(L.CREATED_AT);
  if (!c.skip()) return false;
  if (isId) {
    model.idPtr = c.valuePtr;
    model.idLen = c.valueLen;
  } else if (isName) {
    model.namePtr = c.valuePtr;
    model.nameLen = c.valueLen;
  } else if (isCreated) {
    model.createdPtr = c.valuePtr;
    model.createdLen = c.valueLen;
  }
  return true;
}

/** Appends the model in MODEL. */
export function putModel(out: Writer, resource: Resource): void {
  const model = MODEL;
  out.literal(L.O_ID);
  if (resource.showsAsked) escapeInto(out, resource.idPtr, resource.idLen);
  else putPrefixed(out, resource, model.idPtr + 1, model.idLen - 2);
  out.literal(L.O_MODEL_CREATED);
  putUnix(out, unixOf(model.createdPtr, model.createdLen));
  out.literal(L.O_OWNED_BY);
  if (model.nameLen > 0) out.put(model.namePtr, model.nameLen);
  else out.put(model.idPtr, model.idLen);
  if (model.inputLen > 0) {
    out.literal(L.O_MAX_INPUT_TOKENS);
    out.put(model.inputPtr, model.inputLen);
  }
  if (model.outputLen > 0) {
    out.literal(L.O_MAX_TOKENS);
    out.put(model.outputPtr, model.outputLen);
  }
  out.byte(Ascii.BraceClose);
}

/** Appends the inside of an id with the prefix of the list. */
export function putPrefixed(out: Writer, resource: Resource, ptr: usize, len: u32): void {
  escapeInto(out, resource.prefixPtr, resource.prefixLen);
  out.put(ptr, len);
}

/** Appends a model that only the configuration knows: its name is all that is known of it. `ptr`, `len` are plain bytes. */
export function putNamedModel(out: Writer, resource: Resource, ptr: usize, len: u32): void {
  out.literal(L.O_ID);
  escapeInto(out, resource.prefixPtr, resource.prefixLen);
  escapeInto(out, ptr, len);
  out.literal(L.O_MODEL_CREATED);
  out.byte(Ascii.Zero);
  out.literal(L.O_OWNED_BY);
  out.byte(Ascii.Quote);
  escapeInto(out, ptr, len);
  out.byte(Ascii.Quote);
  out.byte(Ascii.BraceClose);
}

/** As `putNamedModel`, in the shape of the Messages API, which knows no prefix. */
export function putNamedNative(out: Writer, ptr: usize, len: u32): void {
  out.literal(L.N_MODEL_ID);
  escapeInto(out, ptr, len);
  out.literal(L.N_MODEL_NAME);
  escapeInto(out, ptr, len);
  out.literal(L.N_MODEL_CREATED);
}
