// What AWS does with a signed request: signs it again and compares.

import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Received } from "../upstream/exchange.ts";

/** A secret and what it is good for. */
export interface AwsSecret {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  service: string;
}

/** SHA-256 and its HMAC in the form that the AWS clients want. */
class Sha256 {
  readonly #hash: { update(data: Uint8Array): unknown; digest(): Buffer };

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}

const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** The signature that `received` should carry and the one that it does, for its path, signed headers and body as they arrived. */
export async function signaturesOf(
  received: Received,
  secret: AwsSecret,
): Promise<{ expected: string; found: string; signed: string[] }> {
  const all = new Map(received.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const found = all.get("authorization") ?? "";
  const signed = (/SignedHeaders=([^,]+)/.exec(found)?.[1] ?? "").split(";");
  const date = (all.get("x-amz-date") ?? "").replace(DATE, "$1-$2-$3T$4:$5:$6Z");
  const { region, service, ...credentials } = secret;
  const sessionToken = all.get("x-amz-security-token");
  const signer = new SignatureV4({
    credentials: { ...credentials, ...(sessionToken === undefined ? {} : { sessionToken }) },
    region,
    service,
    sha256: Sha256,
  });
  const request = {
    method: received.method,
    protocol: "https:",
    hostname: all.get("host") ?? "",
    path: received.path,
    query: {},
    headers: Object.fromEntries(signed.map((name) => [name, all.get(name) ?? ""])),
    body: Buffer.concat(received.chunks),
  };
  const names = new Set(signed);
  const again = await signer.sign(request, {
    signingDate: new Date(date),
    signableHeaders: names,
    unsignableHeaders: new Set([...all.keys()].filter((name) => !names.has(name))),
  });
  return { expected: again.headers["authorization"] ?? "", found, signed };
}
