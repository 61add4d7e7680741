/** Test-only entry: exports the engines' public functions. Never built for release. */
import { JsonCursor } from "./json/cursor";
import { openDecoder, closeDecoder } from "./sse/open";
import { SseDecoder } from "./sse/decoder";
import { prepareMemory, scratch, output } from "./abi/memory";
import { unescapeInto, escapeInto, trimmedLen, countCodePoints } from "./json/string";
import { readInteger, readFixed } from "./json/number";
import { checkDocument } from "./json/skip";
import { openPairList, openPairs, nextPair } from "./abi/pairs";
import { openRecords } from "./bytes/records";
import { openStruct } from "./bytes/records";
import { fnv1a, findLiteral } from "./bytes/compare";
import { putU64, readU32 } from "./bytes/decimal";
import "./abi/abort";
import * as host from "./abi/host";
export { allocate, liveBytes, release } from "./bytes/heap";
export { proxy_on_memory_allocate } from "./abi/memory";
export function t(p: usize, n: u32): u32 {
  prepareMemory();
  const c = openStruct<JsonCursor>(scratch());
  if (c == null) return 0;
  c.open(p, n, 10); c.enterObject(); while (c.nextKey()) { c.skip(); } 
  const l = openRecords<JsonCursor>(scratch()); if (l != null) { l.push(); l.at(0).depth = 2; }
  const d = openDecoder(100); if (d != null) { d.feed(p, n); while (d.next()) {} d.end(); closeDecoder(d); }
  unescapeInto(output(), p, n); escapeInto(output(), p, n);
  const q = openPairList(scratch()); if (q != null) { q.add(p, p, 3); q.write(scratch()); }
  openPairs(p, n); nextPair();
  putU64(output(), 33); host.readPairs(0); host.sendLocalResponse(1,2,3,4,5); host.unixNanos(); host.environSizes();
  return <u32>checkDocument(p, n, 4) + trimmedLen(p, n) + countCodePoints(p, n) + fnv1a(p, n) + <u32>findLiteral(p, n, p) + <u32>readU32(p, n) + <u32>readInteger(p, n) + <u32>readFixed(p, n);
}
