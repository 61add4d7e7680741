/** Paths of resources upstream: the provider's path, what an operation adds to it, and a query. */
import { Ascii } from "../bytes/ascii";
import { makeWriter, Writer } from "../bytes/writer";
import { Profile } from "../policy/config";
import { UpstreamPath } from "../policy/provider_rows";
import { beginPath, endPath } from "../policy/upstream";
import { putEscaped } from "../translate/shared/query";

const QUERY_CAP: u32 = 65536;
const QUERY: Writer = makeWriter();

/** The query that the next path gets, empty: members are appended with `putQueryMember`. */
export function openQuery(): Writer {
  QUERY.begin(64, QUERY_CAP);
  return QUERY;
}

/** Appends a name (a literal) and the equals sign. */
export function putQueryMember(query: Writer, name: usize): void {
  if (query.length > 0) query.byte(Ascii.Ampersand);
  query.literal(name);
  query.byte(Ascii.Equals);
}

/** Appends the provider's path for a resource; with an id, `/` and the id behind it. The caller adds what follows, then `endResourcePath`. */
export function putResourcePath(
  out: Writer,
  profile: Profile,
  path: UpstreamPath,
  id: usize,
  idLen: u32,
): void {
  beginPath(out, profile.upstream, path, 0, 0);
  if (idLen > 0) {
    out.byte(Ascii.Slash);
    putEscaped(out, id, idLen);
  }
}

/** Ends a path with the query that was made since `openQuery`. */
export function endResourcePath(out: Writer, profile: Profile): void {
  endPath(out, profile.upstream, QUERY.start, QUERY.length);
  if (QUERY.failed) out.failed = true;
}
