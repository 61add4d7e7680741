/** What the model refuses before a single request, and how configurations are started. */
import { describe, expect, it } from "vitest";
import { LoadError, TrapError, WasmHost } from "../host/index.ts";
import { assemble, call, guest, log, SIZE, SLOTS } from "./guest.ts";
import { logged, LOG_RESULT, passThrough, start } from "./guests.ts";

const PROFILE = { profile: "envoy-hold" } as const;
const load = (wasm: Uint8Array): Promise<WasmHost> => WasmHost.load(wasm, PROFILE);
const FEATURES = {
  marker: `(func (export "proxy_abi_version_0_2_1"))`,
  allocator: `(func (export "malloc") (param i32) (result i32) (i32.const 0))`,
  memory: `(memory (export "memory") 1)`,
};

describe("a module is refused", () => {
  it("when it is no module at all, or cut short", async () => {
    await expect(load(Buffer.from("not wasm"))).rejects.toThrow(LoadError);
    await expect(load(passThrough.slice(0, 40))).rejects.toThrow(LoadError);
  });

  it("when it announces no ABI version, or an unknown one", async () => {
    const missing = guest(() => ({}), { marker: null });
    const unknown = guest(() => ({}), { marker: "proxy_abi_version_0_3_0" });
    await expect(load(missing)).rejects.toThrow("unknown Proxy-Wasm ABI version");
    await expect(load(unknown)).rejects.toThrow("unknown Proxy-Wasm ABI version");
  });

  it("when it imports what the host does not have", async () => {
    for (const name of ["abort", "proxy_clear_route_cache"]) {
      const wasm = guest(() => ({}), { imports: `(import "env" "${name}" (func))` });
      await expect(load(wasm)).rejects.toThrow(`missing import: env.${name}`);
    }
  });

  it("when an import has another type than the host's", async () => {
    const wasm = guest(() => ({}), {
      imports: `(import "env" "proxy_increment_metric" (func (param i32 i32) (result i32)))`,
    });
    await expect(load(wasm)).rejects.toThrow("want: ii:i, but host exports: iI:i");
  });

  it("when it imports a memory or a global", async () => {
    const wasm = guest(() => ({}), { imports: `(import "env" "g" (global i32))` });
    await expect(load(wasm)).rejects.toThrow("imported global env.g");
  });

  it("when an export has another type than the ABI says", async () => {
    const wasm = guest(() => ({ log: null }), {
      extra: `(func (export "proxy_on_log") (param i32 i32))`,
    });
    await expect(load(wasm)).rejects.toThrow("Bad function signature for: proxy_on_log");
  });

  it("when it exports no allocator", async () => {
    await expect(load(guest(() => ({}), { allocator: null }))).rejects.toThrow("no allocator");
  });

  it("when it exports no memory, or exports it under another name", async () => {
    const { marker, allocator } = FEATURES;
    const hidden = assemble(`(module (memory 1) ${marker} ${allocator})`);
    const renamed = assemble(`(module (memory (export "mem") 1) ${marker} ${allocator})`);
    await expect(load(hidden)).rejects.toThrow("exactly one memory");
    await expect(load(renamed)).rejects.toThrow("exactly one memory");
  });

  it("when it has a start section", async () => {
    const wasm = guest(() => ({}), { extra: `(func $begin) (start $begin)` });
    await expect(load(wasm)).rejects.toThrow("start section");
  });
});

describe("initialisation", () => {
  const initialize = (body: string): Uint8Array =>
    guest((texts) => ({ log: body.includes("@") ? body.replace("@", texts.of("hello")) : body }), {
      extra: `(func (export "_initialize") ${body.includes("@") ? body.replace("@", "(i32.const 0) (i32.const 1)") : body})`,
    });

  it("may log", async () => {
    const host = await load(initialize(log("@")));
    expect(host.logs).toEqual([{ level: "info", text: "\0", contextId: 0 }]);
  });

  it("may not ask for headers, as on the real host", async () => {
    const body = call("proxy_get_header_map_value", "(i32.const 0)", "@", SLOTS);
    await expect(load(initialize(body))).rejects.toThrow("restricted_callback");
  });

  it("that traps refuses the module", async () => {
    await expect(load(initialize("(unreachable)"))).rejects.toThrow("_initialize failed");
  });

  it("falls back to _start", async () => {
    const wasm = guest(() => ({}), { extra: `(func (export "_start") (unreachable))` });
    await expect(load(wasm)).rejects.toThrow("_start failed");
  });
});

describe("a configuration", () => {
  const readConfig = call("proxy_get_buffer_bytes", "(i32.const 7)", "(i32.const 0)", SIZE, SLOTS);

  it("is readable while it is configured, and only then", async () => {
    const wasm = guest(() => ({
      configure: `${readConfig} ${LOG_RESULT} (i32.const 1)`,
      context_create: `(if ${SIZE} (then ${readConfig} ${LOG_RESULT}))`,
    }));
    const host = await load(wasm);
    const root = host.addRoot({ a: 1 });
    expect(root.logs.map(({ text }) => text)).toEqual(['{"a":1}']);
    host.logOnly(root);
    expect(logged(host).slice(1)).not.toContain('{"a":1}');
  });

  it("that is refused is told with what was logged, and takes no streams", async () => {
    const wasm = guest((texts) => ({ configure: `${log(texts.of("no good"))} (i32.const 0)` }));
    const host = await load(wasm);
    const root = host.addRoot("x");
    expect(root.ok).toBe(false);
    expect(root.logs).toEqual([{ level: "info", text: "no good", contextId: 1 }]);
    expect(() => host.stream(root)).toThrow("refused");
  });

  it("is tried on a canary first, so that what only works once is found", async () => {
    const once = guest(
      () => ({
        configure: `(global.set $seen (i32.add (global.get $seen) (i32.const 1))) (global.get $seen)`,
      }),
      { extra: `(global $seen (mut i32) (i32.const 0))` },
    );
    expect((await start(once)).root.ok).toBe(true);
    // Refuses when the random byte is odd: canary and real instance draw different ones.
    const fickle = guest(() => ({
      configure: `(drop (call $random_get (i32.const 64) (i32.const 1))) (i32.and (i32.load8_u (i32.const 64)) (i32.const 1))`,
    }));
    const seeds = Array.from({ length: 8 }, (_, index) => (index + 1) * 0x1234567);
    const outcomes = seeds.map((randomSeed) => {
      try {
        return WasmHost.loadSync(fickle, { ...PROFILE, randomSeed }).addRoot("").ok;
      } catch (error) {
        return error instanceof LoadError ? "not repeatable" : error;
      }
    });
    expect(outcomes).toContain("not repeatable");
  });

  it("whose callback traps ends the VM", async () => {
    const host = await load(guest(() => ({ configure: "(unreachable)" })));
    expect(() => host.addRoot("")).toThrow(TrapError);
  });
});
