/** Files that commands read, `-` being stdin, and those that come with the package. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Bridge } from "./bridge.ts";
import { DocumentError, findConfigurations, type Found } from "./document.ts";
import { CommandError, say } from "./output.ts";

/** The build folder: the bundle lies in it, in `build/cli`; the sources lie beside it. */
const HERE = new URL("./", import.meta.url);
const BUILD = existsSync(new URL("../messages-bridge.wasm", HERE))
  ? new URL("../", HERE)
  : new URL("../build/", HERE);
const STDIN = 0;

/** The path of the .wasm that comes with this package. */
export const WASM_PATH: string = fileURLToPath(new URL("messages-bridge.wasm", BUILD));

let bridge: Bridge | undefined;

/** The filter of this package, compiled once. */
export function theBridge(): Bridge {
  return (bridge ??= new Bridge(new Uint8Array(readFileSync(WASM_PATH))));
}

/** The version of this package. */
export function version(): string {
  const manifest = readFileSync(new URL("../package.json", BUILD), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** The bytes of a file, or of stdin. Throws CommandError. */
export function readInput(file: string): Buffer {
  if (file === "-" && process.stdin.isTTY === true) say("reading stdin; Ctrl-D ends it");
  try {
    return readFileSync(file === "-" ? STDIN : file);
  } catch (error) {
    throw new CommandError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Every configuration in a file. Throws CommandError. */
export function readConfigurations(file: string): Found[] {
  const text = readInput(file).toString("utf8");
  try {
    return findConfigurations(text, file);
  } catch (error) {
    if (error instanceof DocumentError) throw new CommandError(`${file}: ${error.message}`);
    throw error;
  }
}
