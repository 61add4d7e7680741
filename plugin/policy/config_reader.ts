/**
 * Reads the plugin configuration: JSON, or a google.protobuf.Struct as Envoy hands it over. Everything
 * that is wrong is collected; any error means no configuration. The description that values are checked
 * against is generated from docs/config.schema.json. Settings: docs/configuration.md.
 */
import { Arena, closeArena, openArena } from "../bytes/arena";
import { Ascii } from "../bytes/ascii";
import { byteAt } from "../bytes/compare";
import { makeWriter, Writer } from "../bytes/writer";
import { structToJson } from "../json/proto_struct";
import { checkDocument } from "../json/skip";
import { skipSpace } from "../json/scan";
import { JsonKind, JsonStatus } from "../json/status";
import { Config } from "./config";
import { Environment } from "./config/environment";
import { putSyntaxError } from "./config/locate";
import { DEPTH, openReader, Reader } from "./config/reader";
import {
  addError,
  beginReport,
  ConfigReport,
  endLine,
  endReport,
  startBareLine,
} from "./config/report";
import { readRoot } from "./config/root";
import * as T from "./config/texts";

/** Longest configuration, in bytes. */
export const LONGEST_CONFIG: u32 = 1 << 20;
/** A Struct is at most about this much longer as JSON (six bytes for an escaped control character). */
const LONGEST_JSON: u32 = 6 << 20;
/** Most memory that one configuration may take. */
const ARENA_CAP: u32 = 32 << 20;
const STRUCTS_BYTES: u32 = 4096 - 64;

const CONVERTED: Writer = makeWriter();

/**
 * Reads `len` bytes of configuration. Null when anything is wrong: `report` then has one line per error.
 * The bytes are copied; the configuration owns its memory (`closeConfig`). `environment` is the VM's.
 */
export function readConfig(
  ptr: usize,
  len: u32,
  environment: Environment,
  report: ConfigReport,
): Config | null {
  beginReport(report);
  if (len > LONGEST_CONFIG) return refuse(report, T.TOO_BIG);
  if (skipSpace(ptr, ptr + len) == ptr + len) return refuse(report, T.EMPTY);
  const isStruct = byteAt(ptr) == Ascii.LineFeed && checkDocument(ptr, len, DEPTH) != JsonStatus.Ok;
  if (!isStruct) return readText(ptr, len, environment, report);
  CONVERTED.begin(len, LONGEST_JSON);
  const config =
    structToJson(CONVERTED, ptr, len, DEPTH) && !CONVERTED.failed
      ? readText(CONVERTED.start, CONVERTED.length, environment, report)
      : refuse(report, T.BAD_STRUCT);
  CONVERTED.finish(0);
  return config;
}

/** A line that names the whole document. */
function refuse(report: ConfigReport, text: usize): Config | null {
  startBareLine(report).literal(text);
  endLine(report);
  return null;
}

function readText(
  ptr: usize,
  len: u32,
  environment: Environment,
  report: ConfigReport,
): Config | null {
  const arena = openArena(len + STRUCTS_BYTES, ARENA_CAP);
  if (arena == null) return refuse(report, T.NO_MEMORY);
  const text = arena.keep(ptr, len);
  const reader = openReader(arena, report, environment);
  if (text == 0 || reader == null) {
    closeArena(arena);
    return refuse(report, T.NO_MEMORY);
  }
  readDocument(reader, text, len);
  if (reader.failed) {
    beginReport(report); // what was found in texts that could not be kept means nothing
    refuse(report, T.NO_MEMORY);
  }
  endReport(report);
  if (report.count == 0) return reader.config;
  closeArena(arena);
  return null;
}

function readDocument(reader: Reader, text: usize, len: u32): void {
  const report = reader.report;
  if (checkDocument(text, len, DEPTH) != JsonStatus.Ok) {
    putSyntaxError(startBareLine(report), reader.cursor, text, len);
    endLine(report);
    return;
  }
  reader.cursor.open(text, len, DEPTH);
  if (reader.cursor.kind() == JsonKind.Object) readRoot(reader, text, len);
  else addError(report, T.NOT_OBJECT);
}
