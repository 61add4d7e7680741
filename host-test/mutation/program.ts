// Runs a program and stops it, with all that it started, when it has said nothing for too long.

import { spawn } from "node:child_process";

/** How a program ended: null when it had to be stopped. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

const running = new Set<number>();

/** Stops all programs that still run, with all that they started. */
export function stopPrograms(): void {
  for (const pid of running) process.kill(-pid, "SIGKILL");
}

/** Runs Node with `args`; it is stopped when it is silent for `silence` milliseconds. */
export function runProgram(
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  silence: number,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: what runs on forever is a child of the child.
      detached: true,
    });
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    let output = "";
    const timer = setTimeout(() => pid !== undefined && process.kill(-pid, "SIGKILL"), silence);
    const hear = (piece: Buffer): void => {
      output += piece.toString();
      timer.refresh();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      if (pid !== undefined) running.delete(pid);
      resolve({ code, output });
    });
  });
}
