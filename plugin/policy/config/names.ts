/** Profiles by name. */
import { equals } from "../../bytes/compare";
import { Config, profileAt } from "../config";
import { Reader } from "./reader";
import { endLine, putQuoted, startLine } from "./report";
import * as T from "./texts";

/** Names in a message; further ones are left out. */
const NAMES_SHOWN: u32 = 16;

/** Index of the profile with this name, -1 when there is none. */
export function profileIndex(config: Config, ptr: usize, len: u32): i32 {
  for (let i: u32 = 0; i < config.profileCount; i++) {
    const profile = profileAt(config, i);
    if (profile.nameLen == len && equals(profile.namePtr, ptr, len)) return <i32>i;
  }
  return -1;
}

/** Index of the profile that the text walked last names; -1 after a line that says there is none. */
export function findProfile(reader: Reader): i32 {
  const config = reader.config;
  const text = reader.text;
  const index = profileIndex(config, text.ptr, text.len);
  if (index >= 0) return index;
  const out = startLine(reader.report);
  out.literal(T.NO_SUCH_PROFILE);
  putQuoted(out, text.ptr, text.len);
  out.literal(T.KNOWN_PROFILES);
  for (let i: u32 = 0; i < config.profileCount && i < NAMES_SHOWN; i++) {
    if (i > 0) out.literal(T.LIST);
    out.put(profileAt(config, i).namePtr, profileAt(config, i).nameLen);
  }
  if (config.profileCount > NAMES_SHOWN) out.literal(T.CUT);
  endLine(reader.report);
  return -1;
}
