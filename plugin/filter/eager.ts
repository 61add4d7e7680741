/**
 * An uploaded input of a batch makes the batch: each line becomes a request as soon as it is complete, and no more is held than one.
 * Source: docs/batches.md, "Uploaded input".
 */
import { scratch } from "../abi/memory";
import { Arena, closeArena, openArena } from "../bytes/arena";
import { Ascii } from "../bytes/ascii";
import { startsWithLiteral } from "../bytes/compare";
import { closeLineStream, LineStream, openLineStream } from "../bytes/line_stream";
import * as L from "../bytes/literals";
import { PartEvent } from "../bytes/multipart";
import { openStruct } from "../bytes/records";
import { makeWriter, Writer } from "../bytes/writer";
import { JsonCursor } from "../json/cursor";
import { DEPTH_CEILING } from "../json/skip";
import { escapeInto } from "../json/string";
import { ITEM, readItem } from "../translate/batches/request";
import { PART } from "../translate/files/form";
import {
  closeUpload,
  Field,
  openUpload,
  refuseForm,
  takeDone,
  takeEnd,
  takeHead,
  takeValue,
  Upload,
} from "../translate/files/upload";
import {
  atMember,
  insideLine,
  quoteText,
  refuse,
  refuseMemory,
  refuseMissing,
  refuseUnsupported,
  refuseWhole,
} from "../translate/shared/problem";
import { Resource } from "../translate/shared/resource";
import { BatchWork, dropRequests, openBatchWork, putRequest } from "./batch_items";
import { uncoveredBeta } from "./beta_headers";
import { StreamState } from "./stream";

/** What an upload turned out to be. */
export const enum Sniffed {
  Unknown = 0,
  File = 1,
  Batch = 2,
}

/** Bytes after which an upload that has not told what it is counts as a file. */
const SNIFF_BYTES: u32 = 65536;
/** What the records of one request take; more comes from the heap and goes back with the request. */
const ITEM_BYTES: u32 = 16368;
const ITEM_CAP: u32 = 0x2000_0000;
const NAME_CAP: u32 = 16384;
const BOM_BYTES: u32 = 3;

const NAME: Writer = makeWriter();

/** Prepares to find out what an upload is. False without memory. */
export function openProbe(upload: Upload, arena: Arena): bool {
  const parts = upload.parts;
  const probe = openUpload(arena, parts.delimiter + 4, parts.delimiterLen - 4);
  upload.probe = probe;
  if (probe == null) return false;
  probe.lines = openLineStream(SNIFF_BYTES);
  return probe.lines != null;
}

/**
 * Looks at the next bytes of the beginning of an upload: its purpose tells, or the first line of its file. Each byte is looked at
 * once, however many windows it comes in.
 */
export function sniffUpload(upload: Upload, ptr: usize, len: u32, end: bool): Sniffed {
  const probe = upload.probe;
  if (probe == null) return Sniffed.File;
  upload.probed += len;
  probe.parts.feed(ptr, len);
  let kind = sniffParts(probe);
  if (kind == Sniffed.Unknown && (end || upload.probed >= SNIFF_BYTES)) kind = Sniffed.File;
  if (kind == Sniffed.Unknown) return kind;
  upload.probe = null;
  closeUpload(probe);
  return kind;
}

function sniffParts(probe: Upload): Sniffed {
  let kind = Sniffed.Unknown;
  while (kind == Sniffed.Unknown) {
    const event = probe.parts.next();
    if (event == PartEvent.More) return Sniffed.Unknown;
    if (event == PartEvent.Head) {
      if (!takeHead(probe)) return Sniffed.File;
    } else if (event == PartEvent.Body) kind = sniffBody(probe);
    else if (event == PartEvent.End) kind = sniffEnd(probe);
    else return Sniffed.File;
  }
  return kind;
}

function sniffBody(probe: Upload): Sniffed {
  const lines = probe.lines;
  if (lines == null) return Sniffed.File;
  if (probe.field != Field.File) {
    takeValue(probe);
    return Sniffed.Unknown;
  }
  lines.feed(probe.parts.ptr, probe.parts.len);
  return lines.next() ? sniffLine(lines) : Sniffed.Unknown;
}

function sniffEnd(probe: Upload): Sniffed {
  const lines = probe.lines;
  if (lines == null) return Sniffed.File;
  if (probe.field == Field.File) return lines.last() ? sniffLine(lines) : Sniffed.File;
  if (!takeEnd(probe)) return Sniffed.File;
  if (!probe.sawPurpose) return Sniffed.Unknown;
  return probe.isBatch ? Sniffed.Batch : Sniffed.File;
}

/** A line that has an id and something to do is a request of a batch. */
function sniffLine(lines: LineStream): Sniffed {
  const c = openStruct<JsonCursor>(scratch());
  if (c == null || lines.cut) return Sniffed.File;
  skipBom(lines);
  readItem(c, lines.linePtr, lines.lineLen, DEPTH_CEILING);
  const isRequest = ITEM.customPtr != 0 && (ITEM.bodyPtr != 0 || ITEM.paramsPtr != 0);
  return isRequest ? Sniffed.Batch : Sniffed.File;
}

/** A mark of the encoding in front of the first line is no part of it. */
function skipBom(lines: LineStream): void {
  if (lines.number != 1 || !startsWithLiteral(lines.linePtr, lines.lineLen, L.BOM)) return;
  lines.linePtr += BOM_BYTES;
  lines.lineLen -= BOM_BYTES;
}

/** Appends what goes upstream for a window. False with a problem. */
export function putLines(out: Writer, stream: StreamState, ptr: usize, len: u32): bool {
  const config = stream.root.config;
  const resource = stream.resource;
  const profile = stream.profile;
  const upload = stream.upload;
  if (profile == null || upload == null) return refuseMemory();
  const arena = openArena(ITEM_BYTES, ITEM_CAP);
  if (config == null || resource == null || arena == null) return refuseMemory();
  const work = openBatchWork(scratch(), stream, config, profile, arena);
  let good = false;
  if (work != null) {
    work.format = upload.format;
    upload.parts.feed(ptr, len);
    good = putParts(out, work, upload, resource);
    upload.format = work.format;
    upload.adapted |= work.facts.adapted;
    if (work.format >= 0) resource.format = work.format;
  }
  closeArena(arena);
  dropRequests();
  return good || (work == null && refuseMemory());
}

function putParts(out: Writer, work: BatchWork, upload: Upload, resource: Resource): bool {
  while (!upload.isClosed) {
    const event = upload.parts.next();
    if (event == PartEvent.More) return true;
    if (!takePart(out, work, upload, resource, event)) return false;
  }
  return true;
}

function takePart(
  out: Writer,
  work: BatchWork,
  upload: Upload,
  resource: Resource,
  event: PartEvent,
): bool {
  const isFile = upload.field == Field.File;
  switch (event) {
    case PartEvent.Head:
      return takeHead(upload) && (upload.field != Field.File || openLines(out, upload, resource));
    case PartEvent.Body: {
      if (isFile) return putBody(out, work, upload, resource);
      takeValue(upload);
      return true;
    }
    case PartEvent.End: {
      if (isFile && !putLast(out, work, upload)) return false;
      return takeEnd(upload) && checkPurpose(upload);
    }
    case PartEvent.Done: {
      if (!takeDone(upload)) return false;
      out.literal(L.BI_END);
      return true;
    }
    default:
      return refuseForm();
  }
}

/** A purpose that comes behind the file, too late. */
function checkPurpose(upload: Upload): bool {
  if (!upload.sawPurpose || upload.isBatch) return true;
  atMember(L.PURPOSE);
  return refuseUnsupported(L.CODE_INVALID_VALUE, L.TEXT_OTHER_PURPOSE);
}

/** Opens the array, and keeps the file's name for the answer. */
function openLines(out: Writer, upload: Upload, resource: Resource): bool {
  out.literal(L.BI_REQUESTS);
  const named = upload.nameLen > 0;
  NAME.begin(64, NAME_CAP);
  NAME.byte(Ascii.Quote);
  if (named) escapeInto(NAME, upload.namePtr, upload.nameLen);
  else escapeInto(NAME, PART.filePtr, PART.fileLen);
  NAME.byte(Ascii.Quote);
  if (NAME.length > 2 && !NAME.failed) {
    resource.namePtr = resource.arena.keep(NAME.start, NAME.length);
    resource.nameLen = resource.namePtr == 0 ? 0 : NAME.length;
  }
  NAME.finish(0);
  return true;
}

function putBody(out: Writer, work: BatchWork, upload: Upload, resource: Resource): bool {
  const lines = upload.lines;
  if (lines == null) return refuseMemory();
  resource.bytes += upload.parts.len;
  lines.feed(upload.parts.ptr, upload.parts.len);
  while (lines.next()) if (!putLine(out, work, upload, lines)) return false;
  return !lines.failed || refuseMemory();
}

/** The last line needs no end; a file has at least one. */
function putLast(out: Writer, work: BatchWork, upload: Upload): bool {
  const lines = upload.lines;
  if (lines == null) return refuseMemory();
  if (lines.last() && !putLine(out, work, upload, lines)) return false;
  if (upload.count > 0) return true;
  atMember(L.FILE);
  return refuseMissing();
}

/** One request. Nothing exists upstream until the last one came, so a line that cannot be served ends it all. */
function putLine(out: Writer, work: BatchWork, upload: Upload, lines: LineStream): bool {
  skipBom(lines);
  if (upload.count > 0) out.byte(Ascii.Comma);
  upload.count += 1;
  if (putServed(out, work, upload, lines)) return true;
  insideLine(lines.number);
  return false;
}

function putServed(out: Writer, work: BatchWork, upload: Upload, lines: LineStream): bool {
  if (lines.cut) return refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_LINE_TOO_LARGE);
  work.facts.features = 0;
  work.facts.betasLen = 0;
  if (!putRequest(out, work, lines.linePtr, lines.lineLen)) return false;
  if (work.facts.betasLen > 0) {
    atMember(L.BETAS);
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NOT_IN_BATCH);
  }
  const row = uncoveredBeta(work.config, work.profile, work.facts.features, upload.covered);
  if (row == null) return true;
  refuse(400, L.CODE_INVALID_LINE, L.TEXT_LINE_NEEDS_BETA);
  quoteText(row.tokenPtr, row.tokenLen);
  return false;
}
