/** `:path` of messages. Source: docs/providers.md, the table of paths. */
import { makeWriter, Writer } from "../bytes/writer";
import * as L from "../bytes/literals";
import { Profile } from "../policy/config";
import { UpstreamPath } from "../policy/provider_rows";
import { beginPath, endPath, isModelInPath, messagesPath } from "../policy/upstream";
import { Plan } from "../translate/plan";
import { putHeader } from "./request_headers";

const PATH: Writer = makeWriter();
/** More than a host lets a path have. */
const PATH_CAP: u32 = 65536;

/** The path of a message, when it is the same for every body. */
export function putFixedPath(profile: Profile): void {
  const upstream = profile.upstream;
  if (upstream.pathNeedsBody) return;
  const path = UpstreamPath.Messages;
  if (upstream.queryLen > 0) putPath(profile, path, 0, 0);
  else putHeader(L.H_PATH, upstream.paths.ptr(path), upstream.paths.len(path));
}

/** The path of a message that depends on its body; the headers are still held then. */
export function putPathByBody(profile: Profile, plan: Plan, stream: bool): void {
  if (!profile.upstream.pathNeedsBody) return;
  putPath(profile, messagesPath(stream), plan.modelPtr, plan.modelLen);
}

/** The path of a token count, when it is the same for every body. */
export function putFixedCountPath(profile: Profile): void {
  const path = UpstreamPath.CountTokens;
  if (!isModelInPath(profile.upstream, path)) putPath(profile, path, 0, 0);
}

/** The path of a token count that depends on the model. */
export function putCountPathByBody(profile: Profile, plan: Plan): void {
  const path = UpstreamPath.CountTokens;
  if (isModelInPath(profile.upstream, path)) putPath(profile, path, plan.modelPtr, plan.modelLen);
}

/** Sets `:path` to a path that the upstream has; `modelPtr` is the upstream's name of the model, unescaped. */
export function putPath(
  profile: Profile,
  path: UpstreamPath,
  modelPtr: usize,
  modelLen: u32,
): void {
  PATH.begin(256, PATH_CAP);
  beginPath(PATH, profile.upstream, path, modelPtr, modelLen);
  endPath(PATH, profile.upstream, 0, 0);
  if (!PATH.failed) putHeader(L.H_PATH, PATH.start, PATH.length);
  PATH.finish(0);
}
