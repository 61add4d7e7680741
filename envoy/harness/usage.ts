// What a process costs, read from /proc: Linux only, like the machines that the figures are for.

import { readFile } from "node:fs/promises";

/** Memory and processor time of one process. */
export interface Usage {
  /** resident memory, bytes */
  rssBytes: number;
  /** user and system time since the process started, milliseconds; resolution 10 ms */
  cpuMs: number;
}

/** The kernel reports times in ticks of 1/100 s to user space on every Linux that Node runs on (USER_HZ). */
const MS_PER_TICK = 10;

/** Reads the usage of process `pid`. Rejects when there is no such process or no /proc. */
export async function usageOf(pid: number): Promise<Usage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8"),
    readFile(`/proc/${pid}/status`, "utf8"),
  ]);
  // The second field is the program's name in parentheses, which may hold spaces; fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (rss === undefined) throw new Error(`process ${pid} has no VmRSS`);
  return {
    rssBytes: Number(rss) * 1024,
    cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
  };
}
