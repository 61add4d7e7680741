/** What it costs to find out what an upload is: in proportion to its bytes, however they come. */
import { expect, test } from "vitest";
import { counting, COUNT_EXPORT } from "../bench/count/instrument.ts";
import { CONFIG, Filter, filterBytes } from "../support/filter.ts";

const config = { ...CONFIG, profile: { ...CONFIG.profile, batches: { input_file: "eager" } } };
const { host, root } = Filter.load({ config, bytes: counting(filterBytes()) });

/** Operators for an upload whose first line does not end, in windows of seven bytes. */
function workFor(length: number): number {
  const before = host.ask(COUNT_EXPORT) as number;
  const stream = host.stream(root);
  stream.requestHeaders([
    [":method", "POST"],
    [":path", "/v1/files"],
    [":authority", "gateway.test"],
    ["content-type", "multipart/form-data; boundary=b7"],
  ]);
  stream.requestBody('--b7\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n');
  for (let at = 0; at < length; at += 7) stream.requestBody("abcdefg");
  stream.clientReset();
  return (host.ask(COUNT_EXPORT) as number) - before;
}

test("eight times the bytes are at most twelve times the work", () => {
  workFor(700);
  expect(workFor(32_000) / workFor(4_000)).toBeLessThan(12);
});
