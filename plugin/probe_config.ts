/** Test-only: the configuration reader and what looks into its result. Never built for release. */
import { makeArena } from "./bytes/arena";
import { openStruct } from "./bytes/records";
import { makeWriter, Writer } from "./bytes/writer";
import { closeConfig, Config, profileAt } from "./policy/config";
import { readConfig } from "./policy/config_reader";
import { Environment } from "./policy/config/environment";
import { ResolvedModel, resolveModel } from "./policy/models";
import { openConfigReport } from "./policy/config/report";

const ARENA = makeArena(4096, 65536);
const ERRORS: Writer = makeWriter();
const WARNINGS: Writer = makeWriter();

/** Reads a configuration; 0 when it is refused. Errors and warnings stand in the two writers then. */
export function configRead(
  ptr: usize,
  len: u32,
  environmentPtr: usize,
  environmentLen: u32,
): Config | null {
  ARENA.reset();
  const environment = openStruct<Environment>(ARENA);
  const report = openConfigReport(ARENA, ERRORS, WARNINGS);
  if (environment == null || report == null) return null;
  environment.ptr = environmentPtr;
  environment.len = environmentLen;
  return readConfig(ptr, len, environment, report);
}

export function configErrorsPtr(): usize {
  return ERRORS.start;
}

export function configErrorsLen(): u32 {
  return ERRORS.length;
}

export function configWarningsPtr(): usize {
  return WARNINGS.start;
}

export function configWarningsLen(): u32 {
  return WARNINGS.length;
}

export function configClose(config: Config): void {
  closeConfig(config);
}

/** Resolves a name with a profile of a configuration; read the answer with `resolved*`. */
export function resolveWith(
  config: Config,
  profile: u32,
  ptr: usize,
  len: u32,
): ResolvedModel | null {
  return resolveModel(profileAt(config, profile), ptr, len, ARENA);
}

export function resolvedPtr(model: ResolvedModel): usize {
  return model.ptr;
}

export function resolvedLen(model: ResolvedModel): u32 {
  return model.len;
}

export function resolvedFlags(model: ResolvedModel): u32 {
  return (<u32>model.denied) | ((<u32>model.changed) << 1);
}
