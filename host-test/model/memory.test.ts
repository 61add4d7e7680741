/** How results get into the module's memory, and what happens with addresses that are not in it. */
import { describe, expect, it } from "vitest";
import { TrapError } from "../host/index.ts";
import { call, guest, logDigit, SLOTS, status, type Texts } from "./guest.ts";
import { GET, logged, LOG_RESULT, start } from "./guests.ts";

const PATH_AT_FIXED = "(i32.const 0)";

async function logsOf(wasm: Uint8Array, poison = true): Promise<string[]> {
  const { host, root } = await start(wasm, { poison });
  const stream = host.stream(root);
  stream.requestHeaders(GET, { end: true });
  stream.clientReset();
  return logged(host);
}

describe("host results", () => {
  it("come through the module's allocator", async () => {
    const wasm = guest(
      (texts) => ({
        request_headers: `${call("proxy_get_header_map_value", PATH_AT_FIXED, texts.of(":path"), SLOTS)}
          ${LOG_RESULT} ${logDigit("(i32.eq (i32.load (i32.const 16)) (i32.const 70000))")} (i32.const 0)`,
      }),
      { allocator: "(i32.const 70000)" },
    );
    expect(await logsOf(wasm)).toEqual(["/v1/x", "1"]);
  });

  it("are refused with status 6 when the allocator has no room", async () => {
    const wasm = guest(
      (texts) => ({
        request_headers: `${logDigit(status("proxy_get_header_map_value", PATH_AT_FIXED, texts.of(":path"), SLOTS))} (i32.const 0)`,
      }),
      { allocator: "(i32.const 0)" },
    );
    expect(await logsOf(wasm)).toEqual(["6"]);
  });

  it("that are empty allocate nothing and store zeros", async () => {
    const wasm = guest(
      (texts) => ({
        request_headers: `(i32.store (i32.const 16) (i32.const 7)) (i32.store (i32.const 20) (i32.const 7))
          ${call("proxy_replace_header_map_value", "(i32.const 0)", texts.of("x-e"), texts.of(""))}
          ${logDigit(status("proxy_get_header_map_value", PATH_AT_FIXED, texts.of("x-e"), SLOTS))}
          ${logDigit("(i32.load (i32.const 16))")} ${logDigit("(i32.load (i32.const 20))")} (i32.const 0)`,
      }),
      { allocator: "(unreachable)" },
    );
    expect(await logsOf(wasm)).toEqual(["0", "0", "0"]);
  });

  it("are found again after the memory has grown, which detaches every view", async () => {
    const wasm = guest(
      (texts) => ({
        request_headers: `${call("proxy_get_header_map_value", PATH_AT_FIXED, texts.of(":path"), SLOTS)} ${LOG_RESULT} (i32.const 0)`,
      }),
      { allocator: "(i32.mul (memory.grow (i32.const 1)) (i32.const 65536))" },
    );
    expect(await logsOf(wasm)).toEqual(["/v1/x"]);
  });

  it("are overwritten after their callback, so that a kept address is seen", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${call("proxy_get_header_map_value", PATH_AT_FIXED, texts.of(":path"), SLOTS)} (i32.const 0)`,
      log: `${logDigit("(i32.eq (i32.load8_u (i32.load (i32.const 16))) (i32.const 0xaa))")}`,
    }));
    expect(await logsOf(wasm)).toEqual(["1"]);
    expect(await logsOf(wasm, false)).toEqual(["0"]);
  });
});

describe("an address outside the memory", () => {
  const at = "(i32.const 0x7ffffff0)";
  const cases = {
    "of a name": () =>
      status("proxy_get_header_map_value", "(i32.const 0)", at, "(i32.const 4)", SLOTS),
    "of a result slot": (texts: Texts) =>
      status("proxy_get_header_map_value", "(i32.const 0)", texts.of(":path"), at, at),
    "of a value": (texts: Texts) =>
      status("proxy_replace_header_map_value", "(i32.const 0)", texts.of("a"), at, "(i32.const 1)"),
    "of a body": () =>
      status(
        "proxy_set_buffer_bytes",
        "(i32.const 0)",
        "(i32.const 0)",
        "(i32.const 0)",
        at,
        "(i32.const 1)",
      ),
    "of a log line": () => status("proxy_log", "(i32.const 1)", "(i32.const -2)", "(i32.const 9)"),
    "of a property path": () => status("proxy_get_property", at, "(i32.const 1)", SLOTS),
    "of a metric id": (texts: Texts) =>
      status("proxy_define_metric", "(i32.const 0)", texts.of("m"), at),
    "of a local reply": () =>
      status(
        "proxy_send_local_response",
        "(i32.const 400)",
        at,
        "(i32.const 1)",
        "(i32.const 0) (i32.const 0)",
        "(i32.const 0) (i32.const 0)",
        "(i32.const -1)",
      ),
  };
  it.each(Object.entries(cases))("%s is status 6 and nothing worse", async (_name, make) => {
    const wasm = guest((texts) => ({ request_headers: `${logDigit(make(texts))} (i32.const 0)` }));
    expect(await logsOf(wasm)).toEqual(["6"]);
  });
});

describe("the allocator", () => {
  const reading = (allocator: string): Uint8Array =>
    guest(
      (texts) => ({
        request_headers: `${call("proxy_get_header_map_value", PATH_AT_FIXED, texts.of(":path"), SLOTS)} (i32.const 0)`,
      }),
      { allocator },
    );

  it("may log", async () => {
    expect(await logsOf(reading(`${logDigit("(i32.const 5)")} (i32.const 70000)`))).toEqual(["5"]);
  });

  it("may not call anything else: that traps", async () => {
    const metric = call(
      "proxy_define_metric",
      "(i32.const 0)",
      "(i32.const 0)",
      "(i32.const 1)",
      "(i32.const 64)",
    );
    await expect(logsOf(reading(`${metric} (i32.const 70000)`))).rejects.toThrow(
      "restricted_callback",
    );
  });

  it("that traps fails the VM", async () => {
    await expect(logsOf(reading("(unreachable)"))).rejects.toThrow(TrapError);
  });
});
