/** The page's end of the worker. A call that takes too long ends the worker, and the next one gets a fresh one. */
import type { Call, Method, Outcome, RemoteSession } from "./calls.ts";

/** Far above the slowest translation of a body that fits in a link. */
const TIMEOUT_MS = 15_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

/** How a worker is made; tests of the page's own parts bring none. */
export type WorkerMaker = () => Worker;

export class FilterClient implements RemoteSession {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  constructor(private readonly make: WorkerMaker) {}

  configure: RemoteSession["configure"] = (...args) => this.call("configure", args);
  translate: RemoteSession["translate"] = (...args) => this.call("translate", args);
  open: RemoteSession["open"] = (...args) => this.call("open", args);
  feed: RemoteSession["feed"] = (...args) => this.call("feed", args);

  private call<T>(name: Method, args: unknown[]): Promise<T> {
    const worker = (this.worker ??= this.start());
    const id = ++this.lastId;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(
        () => this.stop(`no answer to ${name} in ${TIMEOUT_MS / 1000} s`),
        TIMEOUT_MS,
      );
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, timer });
      worker.postMessage({ id, name, args } satisfies Call);
    });
  }

  private start(): Worker {
    const worker = this.make();
    worker.onmessage = ({ data }: MessageEvent<Outcome>) => this.settle(data);
    worker.onerror = () => this.stop("the filter's thread failed");
    return worker;
  }

  private settle({ id, value, error }: Outcome): void {
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return;
    this.waiting.delete(id);
    clearTimeout(waiting.timer);
    if (error === undefined) waiting.resolve(value);
    else waiting.reject(new Error(error));
  }

  private stop(reason: string): void {
    this.worker?.terminate();
    this.worker = undefined;
    for (const id of [...this.waiting.keys()]) this.settle({ id, error: reason });
  }
}
