// What a process costs, read from /proc: Linux only, like the machines that the figures are for.

import { readdir, readFile } from "node:fs/promises";

/** Memory and processor time of one process. */
export interface Usage {
  /** resident memory, bytes */
  rssBytes: number;
  /**
   * user and system time, milliseconds, of the threads that the process has now: to the nanosecond where the kernel counts
   * so (schedstat); else of all since its start, to 10 ms
   */
  cpuMs: number;
}

/** The kernel reports times in ticks of 1/100 s to user space on every Linux that Node runs on (USER_HZ). */
const MS_PER_TICK = 10;
const NANOS_PER_MS = 1e6;

/** Reads the usage of process `pid`. Rejects when there is no such process or no /proc. */
export async function usageOf(pid: number): Promise<Usage> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (rss === undefined) throw new Error(`process ${pid} has no VmRSS`);
  return { rssBytes: Number(rss) * 1024, cpuMs: await cpuMsOf(pid) };
}

async function cpuMsOf(pid: number): Promise<number> {
  const tasks = `/proc/${pid}/task`;
  const threads = await Promise.all(
    (await readdir(tasks)).map((thread) =>
      // A thread may end between the two reads, and kernels without the accounting have no such file.
      readFile(`${tasks}/${thread}/schedstat`, "utf8").catch(() => ""),
    ),
  );
  return schedstatMs(threads) ?? statMs(await readFile(`/proc/${pid}/stat`, "utf8"));
}

/**
 * Returns the time on a processor, milliseconds, that threads' `schedstat` files tell together; null when none of them
 * tells any, as under a kernel that does not count it.
 * Source: Linux, Documentation/scheduler/sched-stats.rst, "/proc/<pid>/schedstat".
 */
export function schedstatMs(files: readonly string[]): number | null {
  const nanos = files.reduce((sum, file) => sum + Number(file.trim().split(" ")[0]), 0);
  return nanos > 0 ? nanos / NANOS_PER_MS : null;
}

/** Returns user and system time, milliseconds, from a `/proc/<pid>/stat`. Source: proc_pid_stat(5), fields 14 and 15. */
export function statMs(stat: string): number {
  // The second field is the program's name in parentheses, which may hold spaces; fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}
