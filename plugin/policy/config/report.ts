/**
 * Collects what is wrong with a configuration: one line per finding, JSON path first. Knows nothing of
 * settings. Values of the configuration never appear, but for words where a word is expected.
 */
import { Arena } from "../../bytes/arena";
import { Ascii, isDigit, isLetter } from "../../bytes/ascii";
import { byteAt } from "../../bytes/compare";
import { putU64 } from "../../bytes/decimal";
import { openStruct } from "../../bytes/records";
import { makeWriter, Writer } from "../../bytes/writer";
import { escapeInto } from "../../json/string";
import * as T from "./texts";

/** Lines that are kept; further ones are only counted. */
export const ERRORS_SHOWN: u32 = 20;
const REPORT_CAP: u32 = 65536;
/** Taken before anything is read, so that exhausted memory can still be reported. */
const ERRORS_RESERVED: u32 = 2048;
const PATH_CAP: u32 = 4096;
/** Bytes of the operator's text that a message quotes. */
const QUOTED: u32 = 64;

const PATH: Writer = makeWriter();

/** Errors and warnings of one reading. */
@unmanaged
@final
export class ConfigReport {
  errors: Writer; // lines, separated by line feeds; the caller's
  warnings: Writer; // the same; the caller's
  count: u32; // errors, those that are not shown included
  path: Writer; // JSON path of the place that is being read
  lineStart: u32; // where the open line begins in `errors`
}

/** A report that writes into two writers of the caller; null without memory. */
export function openConfigReport(
  arena: Arena,
  errors: Writer,
  warnings: Writer,
): ConfigReport | null {
  const report = openStruct<ConfigReport>(arena);
  if (report == null) return null;
  report.errors = errors;
  report.warnings = warnings;
  return report;
}

/** Empties the report; the path is the whole document. */
export function beginReport(report: ConfigReport): void {
  report.count = 0;
  report.errors.begin(ERRORS_RESERVED, REPORT_CAP);
  report.warnings.begin(0, REPORT_CAP);
  report.path = PATH;
  PATH.begin(PATH_CAP, PATH_CAP);
  PATH.literal(T.ROOT);
}

/** Opens a line about the place that is being read. */
export function startLine(report: ConfigReport): Writer {
  const out = startBareLine(report);
  out.put(report.path.start, report.path.length);
  out.literal(T.AFTER_PATH);
  return out;
}

/** Opens a line that names its place itself. */
export function startBareLine(report: ConfigReport): Writer {
  const out = report.errors;
  report.lineStart = out.mark();
  if (report.lineStart > 0) out.byte(Ascii.LineFeed);
  return out;
}

/** Closes a line; drops it when enough are shown. */
export function endLine(report: ConfigReport): void {
  report.count += 1;
  if (report.count > ERRORS_SHOWN) report.errors.rewind(report.lineStart);
}

/** A line with one fixed text. */
export function addError(report: ConfigReport, text: usize): void {
  startLine(report).literal(text);
  endLine(report);
}

/** A line with a fixed text and a number. */
export function addNumberError(report: ConfigReport, text: usize, value: u32): void {
  const out = startLine(report);
  out.literal(text);
  putU64(out, value);
  endLine(report);
}

/** A line with a fixed text about one member of the object that is being read. */
export function addMemberError(report: ConfigReport, ptr: usize, len: u32, text: usize): void {
  const mark = pushMember(report, ptr, len);
  addError(report, text);
  popPath(report, mark);
}

/** A warning about the place that is being read. */
export function addWarning(report: ConfigReport, text: usize): void {
  const out = report.warnings;
  if (out.length > 0) out.byte(Ascii.LineFeed);
  out.put(report.path.start, report.path.length);
  out.literal(T.AFTER_PATH);
  out.literal(text);
}

/** Says how many lines were not shown, once everything is read. */
export function endReport(report: ConfigReport): void {
  if (report.count <= ERRORS_SHOWN) return;
  const out = startBareLine(report);
  out.literal(T.MORE_ERRORS);
  putU64(out, report.count - ERRORS_SHOWN);
}

/** Goes to a member; answers the mark for `popPath`. */
export function pushMember(report: ConfigReport, ptr: usize, len: u32): u32 {
  const path = report.path;
  const mark = path.mark();
  if (isPlain(ptr, len)) {
    path.byte(Ascii.Dot);
    path.put(ptr, len);
  } else {
    path.byte(Ascii.BracketOpen);
    putQuoted(path, ptr, len);
    path.byte(Ascii.BracketClose);
  }
  return mark;
}

/** Goes to an element; answers the mark for `popPath`. */
export function pushIndex(report: ConfigReport, index: u32): u32 {
  const path = report.path;
  const mark = path.mark();
  path.byte(Ascii.BracketOpen);
  putU64(path, index);
  path.byte(Ascii.BracketClose);
  return mark;
}

/** Goes back to where the path was. */
export function popPath(report: ConfigReport, mark: u32): void {
  report.path.rewind(mark);
}

/** The operator's text in quotes, cut, without line ends. */
export function putQuoted(out: Writer, ptr: usize, len: u32): void {
  out.byte(Ascii.Quote);
  escapeInto(out, ptr, len < QUOTED ? len : QUOTED);
  if (len > QUOTED) out.literal(T.CUT);
  out.byte(Ascii.Quote);
}

/** True when a key needs no quotes in a path. */
function isPlain(ptr: usize, len: u32): bool {
  if (len == 0 || len > QUOTED) return false;
  for (let i: u32 = 0; i < len; i++) {
    const c = byteAt(ptr + i);
    if (!isLetter(c) && c != Ascii.Underscore && !(i > 0 && isDigit(c))) return false;
  }
  return true;
}
