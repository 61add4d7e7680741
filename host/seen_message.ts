/** What one side has received: headers, the body as it was cut, trailers, and how it ended. */
import { ContentLengthError } from "./errors.ts";
import { fromUtf8, joined } from "./octets.ts";
import type { HeaderList } from "./pairs.ts";

const NO_BODY_STATUS = /^(1\d\d|204|304)$/;

/** A message as its receiver saw it. Filled by the model, read by tests. */
export class SeenMessage {
  /** Undefined until headers have arrived. */
  headers: HeaderList | undefined;
  /** The body exactly as it was cut; empty pieces are never sent. */
  readonly chunks: Uint8Array[] = [];
  trailers: HeaderList | undefined;
  /** The message came to its regular end. */
  ended = false;
  /** The message was cut off. */
  reset = false;
  private bytes = 0;

  constructor(private readonly side: "upstream" | "client") {}

  /** The first value under a lower-case name, or undefined. */
  header(name: string): string | undefined {
    return this.headers?.find(([key]) => key === name)?.[1];
  }

  /** Every value under a lower-case name, in order. */
  headerValues(name: string): string[] {
    return (this.headers ?? []).filter(([key]) => key === name).map(([, value]) => value);
  }

  /** `:status` as a number; 0 when there are no headers, or none of that name. */
  get status(): number {
    return Number(this.header(":status") ?? 0);
  }

  /** Body size in bytes. */
  get size(): number {
    return this.bytes;
  }

  /** The whole body, in one new block. */
  body(): Uint8Array {
    return joined(this.chunks);
  }

  /** The whole body as UTF-8. */
  text(): string {
    return fromUtf8(this.body());
  }

  /** The whole body, parsed. Throws SyntaxError. */
  json(): unknown {
    return JSON.parse(this.text());
  }

  /** For the model: headers have arrived. */
  begin(headers: HeaderList): void {
    this.headers = headers;
  }

  /** For the model: a piece of the body has arrived; ownership passes over. */
  data(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
  }

  /**
   * For the model: the message is complete. Throws ContentLengthError when it announces another length than it has;
   * `toHead` is the answer to a HEAD request, which announces a body that never comes.
   */
  finish(toHead: boolean): void {
    this.ended = true;
    const announced = this.header("content-length");
    if (announced === undefined || toHead || NO_BODY_STATUS.test(this.header(":status") ?? ""))
      return;
    if (announced !== String(this.bytes)) {
      throw new ContentLengthError(
        `the ${this.side} got content-length ${announced} and a body of ${this.bytes} bytes`,
      );
    }
  }
}
