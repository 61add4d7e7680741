/**
 * From a model's name to what the model can do. Knows how providers spell names; the rows are
 * generated (model_rows.ts), rows of the configuration are laid over in model_info.ts.
 * Names and columns: docs/models.md.
 */
import { Ascii, isDigit, toLower } from "../bytes/ascii";
import { byteAt, findByte, literalLen, startsWithLiteralIgnoreCase } from "../bytes/compare";
import { LastRun, makeLastRun } from "../bytes/last_run";
import { ModelTraits } from "../translate/traits";
import { Provider } from "./config";
import {
  FAMILY_COUNT,
  familyLen,
  familyPtr,
  familyRow,
  idPrefix,
  modelRow,
  NeedsThinking,
  OPAQUE_ROW,
  PREFIX_COUNT,
  ThinkingDefault,
  UNKNOWN_CLAUDE_ROW,
} from "./model_rows";

/** Longer names are opaque: no provider has a name of a model this long, only ARNs of other things. */
const LONGEST_ID: u32 = 256;
/** Bytes of "claude-", which every family starts with. */
const CLAUDE_BYTES: u32 = 7;
const VERSION_DIGITS: u32 = 3; // a run of more digits is a date, not a version

// The name without what providers put around it; set by `trimId`, valid until its next call.
let idPtr: usize = 0;
let idEnd: usize = 0;

/**
 * Fills `traits` by the model's name: the row of the longest family that the name starts with, or
 * one of the two guessed rows (`known` false). `provider` serves the request. Total; linear in `len`
 * up to 256 bytes, constant above.
 */
export function findTraits(ptr: usize, len: u32, provider: Provider, traits: ModelTraits): void {
  readRow(findModelRow(ptr, len), provider, traits);
}

/** Index of the family whose row was found last; -1: the row was guessed. */
export let foundFamily: i32 = -1;

/** The name that was looked for last, which is nearly always the next one too, and what was found. */
const LAST: LastRun = makeLastRun();
let lastRow: u32 = OPAQUE_ROW;
let lastFamily: i32 = -1;

/** Index of the row that holds for a name; `isGuessedRow` tells whether a family was found. */
export function findModelRow(ptr: usize, len: u32): u32 {
  if (!LAST.is(ptr, len)) {
    lastRow = searchRow(ptr, len);
    lastFamily = foundFamily;
    LAST.keep(ptr, len);
  }
  foundFamily = lastFamily;
  return lastRow;
}

function searchRow(ptr: usize, len: u32): u32 {
  foundFamily = -1;
  if (len > LONGEST_ID) return OPAQUE_ROW;
  trimId(ptr, ptr + len);
  if (!matches(familyPtr(0), CLAUDE_BYTES)) return OPAQUE_ROW;
  for (let i: u32 = 0; i < FAMILY_COUNT; i++) {
    if (matches(familyPtr(i), familyLen(i)) && endsFamily(idPtr + familyLen(i))) {
      foundFamily = <i32>i;
      return familyRow(i);
    }
  }
  return UNKNOWN_CLAUDE_ROW;
}

/** True for the two rows that say what an unknown name probably means. */
export function isGuessedRow(row: u32): bool {
  return row == UNKNOWN_CLAUDE_ROW || row == OPAQUE_ROW;
}

/** True for the row of names that say nothing. */
export function isOpaqueRow(row: u32): bool {
  return row == OPAQUE_ROW;
}

/** Fills `traits` from row `index` for a request that `provider` serves. */
export function readRow(index: u32, provider: Provider, traits: ModelTraits): void {
  const row = modelRow(index);
  traits.known = !isGuessedRow(index);
  traits.claude = !isOpaqueRow(index);
  traits.maxOutput = row.maxOutput;
  traits.windowStops = row.windowStops != 0;
  traits.thinking = row.thinking;
  traits.thinkingDefault = row.thinkingDefault != ThinkingDefault.Off;
  traits.thinkingAlways = row.thinkingDefault == ThinkingDefault.Always;
  traits.sampling = row.sampling;
  traits.efforts = row.efforts;
  traits.prefill = row.prefill != 0;
  traits.midSystem = row.midSystem != 0;
  traits.forcedChoice = row.forcedChoice != 0;
  traits.schemaOutput = row.schemaOutput != 0;
  traits.historyNeedsThinking = needsThinking(row.needsThinking, provider);
  traits.strictTools = row.strictTools != 0;
  traits.interleaved = row.interleaved != 0;
}

/** Whether a cell of that column holds on `provider`. */
export function needsThinking(cell: NeedsThinking, provider: Provider): bool {
  if (cell == NeedsThinking.OffAnthropic) return provider != Provider.Anthropic;
  return cell == NeedsThinking.Always;
}

/** Finds the part of a name that tells the model; steps 1 to 3 of docs/models.md. */
function trimId(ptr: usize, end: usize): void {
  const slash = lastByte(ptr, end, Ascii.Slash);
  if (slash != 0) ptr = slash + 1;
  else if (isArn(ptr, end)) ptr = lastByte(ptr, end, Ascii.Colon) + 1;
  end = min(findByte(ptr, end, Ascii.At), findByte(ptr, end, Ascii.Colon));
  end = findByte(ptr, end, Ascii.BracketOpen);
  idPtr = skipPrefixes(ptr, end);
  idEnd = end;
}

/** Address of the last `byte`, 0 when there is none. */
function lastByte(ptr: usize, end: usize, byte: u32): usize {
  while (end > ptr) {
    end -= 1;
    if (byteAt(end) == byte) return end;
  }
  return 0;
}

function isArn(ptr: usize, end: usize): bool {
  return (
    end - ptr > 4 &&
    toLower(byteAt(ptr)) == Ascii.LowerA &&
    toLower(byteAt(ptr + 1)) == Ascii.LowerR &&
    toLower(byteAt(ptr + 2)) == Ascii.LowerN &&
    byteAt(ptr + 3) == Ascii.Colon
  );
}

/** Address behind all leading prefixes. */
function skipPrefixes(ptr: usize, end: usize): usize {
  let size = prefixLen(ptr, end);
  while (size != 0) {
    ptr += size;
    size = prefixLen(ptr, end);
  }
  return ptr;
}

/** Length of the prefix that the name starts with, 0 when there is none. */
function prefixLen(ptr: usize, end: usize): u32 {
  for (let i: u32 = 0; i < PREFIX_COUNT; i++) {
    const prefix = idPrefix(i);
    if (startsWithLiteralIgnoreCase(ptr, <u32>(end - ptr), prefix)) return literalLen(prefix);
  }
  return 0;
}

/** Length of the run of digits at `ptr`. */
function digitRun(ptr: usize, end: usize): u32 {
  let count: u32 = 0;
  while (ptr + count < end && isDigit(byteAt(ptr + count))) count++;
  return count;
}

/** True when the trimmed name starts with these bytes, spelling aside. */
function matches(namePtr: usize, nameLen: u32): bool {
  if (<u32>(idEnd - idPtr) < nameLen) return false;
  for (let i: u32 = 0; i < nameLen; i++) {
    if (spelled(idPtr + i) != byteAt(namePtr + i)) return false;
  }
  return true;
}

/** A byte of the trimmed name: lower case, and `-` for a `.` between two digits. */
function spelled(at: usize): u32 {
  const c = toLower(byteAt(at));
  if (c != Ascii.Dot || at == idPtr || at + 1 >= idEnd) return c;
  return isDigit(byteAt(at - 1)) && isDigit(byteAt(at + 1)) ? Ascii.Minus : c;
}

/** True when a family may end here: at the end, or before a word that is not a version. */
function endsFamily(at: usize): bool {
  if (at == idEnd) return true;
  if (spelled(at) != Ascii.Minus) return false;
  const digits = digitRun(at + 1, idEnd);
  if (digits > VERSION_DIGITS) return true;
  const behind = at + 1 + digits;
  return behind < idEnd && spelled(behind) != Ascii.Minus;
}
