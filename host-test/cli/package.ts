/** The npm package as its users get it: packed, installed into a folder of its own, and run there. */
import { execFileSync, spawn, type ExecFileSyncOptions } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What one run of the program left. */
export interface Run {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

/** An installed package; the owner calls remove(). */
export class Installed {
  private constructor(readonly folder: string) {}

  /** Packs the checkout with the modules that are built, and installs the tarball without any network. */
  static create(): Installed {
    const folder = mkdtempSync(join(tmpdir(), "messages-bridge-package-"));
    const quiet: ExecFileSyncOptions = { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] };
    execFileSync(process.execPath, [join(ROOT, "scripts/cli.mjs")], quiet);
    const npm = ["--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    execFileSync("npm", ["pack", "--pack-destination", folder, ...npm], quiet);
    const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz"));
    if (tarball === undefined) throw new Error("npm pack left no tarball");
    writeFileSync(join(folder, "package.json"), '{"private":true}');
    execFileSync("npm", ["install", join(folder, tarball), ...npm], { ...quiet, cwd: folder });
    return new Installed(folder);
  }

  private get top(): string {
    return join(this.folder, "node_modules", "messages-bridge");
  }

  /** The package's files, relative to it. */
  files(): string[] {
    const options = { recursive: true, withFileTypes: true } as const;
    const { top } = this;
    return readdirSync(top, options)
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(top.length + 1))
      .sort();
  }

  /** Imports the package as a library. */
  async library(): Promise<typeof import("../../cli/index.ts")> {
    const entry = join(this.top, "build/cli/index.mjs");
    return (await import(pathToFileURL(entry).href)) as typeof import("../../cli/index.ts");
  }

  /** Runs the installed program as a shell in its own folder would, with `input` as its stdin. */
  run(
    args: string[],
    input: string | Uint8Array = "",
    env: Record<string, string> = {},
  ): Promise<Run> {
    const program = join(this.folder, "node_modules/.bin/messages-bridge");
    const child = spawn(program, args, {
      cwd: this.top,
      env: { PATH: process.env.PATH ?? "", ...env },
    });
    const parts: Buffer[] = [];
    let stderr = "";
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => undefined); // it may end without reading
    child.stdin.end(input);
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stdout: Buffer.concat(parts), stderr }));
    });
  }

  /** Writes a file beside the package; resolves with its path. */
  async write(name: string, text: string): Promise<string> {
    const file = join(this.folder, name);
    await writeFile(file, text);
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
