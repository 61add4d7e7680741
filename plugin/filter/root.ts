/** Root contexts: reading the configuration, reporting what is wrong with it, letting it go. */
import {
  environRead,
  environSizes,
  logLine,
  listsHeaders,
  readBuffer,
  resultLen,
  resultPtr,
} from "../abi/host";
import { scratch } from "../abi/memory";
import { BufferType, LogLevel, Status } from "../abi/numbers";
import { findByte, literalLen, literalPtr } from "../bytes/compare";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { makeWriter, Writer } from "../bytes/writer";
import { closeConfig, Config, profileAt } from "../policy/config";
import { readConfig } from "../policy/config_reader";
import { Environment } from "../policy/config/environment";
import { openConfigReport } from "../policy/config/report";
import { filtersAnswer, filtersRequest } from "./header_policy";
import { defineMetrics } from "./metrics";
import { RootState } from "./root_state";

const ERRORS: Writer = makeWriter();
const WARNINGS: Writer = makeWriter();
const LINE: Writer = makeWriter();
const LINE_CAP: u32 = 8192;

/** Reads `size` bytes of configuration; false (and why in the log) when it is refused. Idempotent. */
export function configure(root: RootState, size: u32): bool {
  if (size > 0) readBuffer(BufferType.PluginConfiguration, size);
  const ptr = size > 0 ? resultPtr : 0;
  const len = size > 0 ? resultLen : 0;
  const environment = readEnvironment();
  const report = openConfigReport(scratch(), ERRORS, WARNINGS);
  if (environment == null || report == null) return false;
  const config = readConfig(ptr, len, environment, report);
  logLines(LogLevel.Warn, WARNINGS);
  logLines(LogLevel.Critical, ERRORS);
  ERRORS.finish(0);
  WARNINGS.finish(0);
  if (config == null) return false;
  if (!listsHeaders() && filtersHeaders(config)) {
    logOne(
      LogLevel.Critical,
      literalPtr(L.LOG_HEADERS_UNLISTED),
      literalLen(L.LOG_HEADERS_UNLISTED),
    );
    closeConfig(config);
    return false;
  }
  defineMetrics();
  closeRoot(root);
  root.config = config;
  return true;
}

/** True when a profile says which headers of the other side pass. */
function filtersHeaders(config: Config): bool {
  for (let i: u32 = 0; i < config.profileCount; i++) {
    if (filtersRequest(profileAt(config, i)) || filtersAnswer(profileAt(config, i))) return true;
  }
  return false;
}

/** Frees the configuration; streams of the root are gone by then. */
export function closeRoot(root: RootState): void {
  const config = root.config;
  if (config != null) closeConfig(config);
  root.config = null;
}

/** The VM's environment variables, in scratch memory; null without memory. */
function readEnvironment(): Environment | null {
  const environment = openStruct<Environment>(scratch());
  if (environment == null || !environSizes()) return environment;
  const count = <u32>resultPtr;
  const len = resultLen;
  if (len == 0) return environment;
  const pointers = scratch().take(count << 2);
  const bytes = scratch().take(len);
  if (pointers == 0 || bytes == 0 || !environRead(pointers, bytes)) return environment;
  environment.ptr = bytes;
  environment.len = len;
  return environment;
}

/** One log line for each line, with the project's name in front. */
function logLines(level: LogLevel, lines: Writer): void {
  let at = lines.start;
  while (at < lines.cursor) {
    const end = findByte(at, lines.cursor, 0x0a);
    if (end > at) logOne(level, at, <u32>(end - at));
    at = end + 1;
  }
}

function logOne(level: LogLevel, ptr: usize, len: u32): void {
  LINE.begin(512, LINE_CAP + 64);
  LINE.literal(L.BRIDGE_LOG);
  LINE.put(ptr, len < LINE_CAP ? len : LINE_CAP);
  logLine(level, LINE.start, LINE.length);
}
