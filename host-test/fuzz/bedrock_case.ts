/** Exchanges with Bedrock: events inside binary messages, right and hostile, cut anywhere. */
import { rawMessage } from "../support/event_stream.ts";
import { errorTree } from "./answer.ts";
import { makeRequest, makeResponse, sending, type FuzzCase, type FuzzMessage } from "./case.ts";
import { eventData } from "./events.ts";
import { BEDROCK } from "./hosts.ts";
import { print } from "./json_tree.ts";
import { mutateBytes } from "./mutate.ts";
import { Random } from "./random.ts";

const TEXT = 7;
const EXCEPTIONS = [
  "throttlingException",
  "modelStreamErrorException",
  "internalServerException",
  "validationException",
  "serviceUnavailableException",
  "brandNewException",
  "",
];
const LIES = [1, 12, 16, 4096, 0x7fff_ffef];
const PAYLOADS = [
  "", "{}", "null", "[]", '{"bytes":""}', '{"bytes":null}', '{"bytes":"!!"}', '{"bytes":"e30","p":"x"}', '{"bytes":"bnVsbA=="}',
  '{"p":"abc"}', '{"bytes":"e30=","bytes":"e30="}', "not json", '{"bytes":"eyJ0eXBl"}', '{"byt\\u0065s":"e30="}',
]; // prettier-ignore

/** The case with this number of the run with this seed. */
export function makeBedrockCase(seed: number, index: number): FuzzCase {
  const random = new Random(seed, index);
  const { request, marks } = makeRequest(random);
  const response = random.oneIn(60) ? "gone" : makeAnswer(random);
  return { name: `seed ${seed} case ${index}`, config: BEDROCK, request, response, marks };
}

function makeAnswer(random: Random): FuzzMessage {
  if (random.oneIn(6)) return makeResponse(random);
  const { data, plain } = eventData(random, random.oneIn(2));
  const messages = data.map((text) => chunk(random, text));
  const isHostile = random.oneIn(2);
  if (isHostile) disturb(messages, random);
  let body: Uint8Array = Buffer.concat(messages);
  const isDamaged = random.oneIn(5);
  if (isDamaged) body = mutateBytes(body, random);
  const status = random.oneIn(30) ? random.pick(["201", "400", "429", "503"]) : "200";
  const type = random.oneIn(40) ? "application/json" : "application/vnd.amazon.eventstream";
  const sent = sending(
    random,
    [
      [":status", status],
      ["content-type", type],
      ["x-amzn-requestid", "req_1"],
    ],
    random.oneIn(60) ? undefined : body,
  );
  const isKnown = plain && !isHostile && !isDamaged && type !== "application/json";
  return isKnown && sent.body !== undefined ? { ...sent, meant: serverSent(data) } : sent;
}

function serverSent(data: readonly string[]): string {
  return data.map((text) => `data: ${text.replace(/[\r\n]/g, " ")}\n\n`).join("");
}

/** An event as it comes, with padding. */
function chunk(random: Random, text: string): Buffer {
  const padding = random.oneIn(2) ? `,"p":"${"abcdefghijklmn".slice(0, random.int(14))}"` : "";
  const bytes = Buffer.from(text).toString("base64");
  const headers = headersOf(random, [
    [":event-type", "chunk"],
    [":content-type", "application/json"],
    [":message-type", "event"],
  ]);
  return Buffer.from(rawMessage(headers, `{"bytes":"${bytes}"${padding}}`));
}

/** Headers in any order. */
function headersOf(random: Random, pairs: [string, string][]): Buffer {
  if (random.oneIn(4)) pairs.reverse();
  return Buffer.concat(pairs.map(([name, value]) => header(name, TEXT, value)));
}

function header(name: string, kind: number, value: string): Buffer {
  const [nameBytes, bytes] = [Buffer.from(name, "latin1"), Buffer.from(value, "latin1")];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([
    Buffer.of(nameBytes.length),
    nameBytes,
    Buffer.of(kind),
    kind === TEXT || kind === 6 ? Buffer.concat([length, bytes]) : bytes,
  ]);
}

/** Moves, doubles, loses or replaces messages. */
function disturb(messages: Buffer[], random: Random): void {
  for (let count = 1 + random.int(3); count > 0; count--) {
    const at = random.int(messages.length + 1);
    const taken = messages[at];
    switch (random.int(5)) {
      case 0:
        messages.splice(at, 1);
        break;
      case 1:
        if (taken !== undefined) messages.splice(random.int(messages.length), 0, taken);
        break;
      case 2:
        if (taken !== undefined) messages[at] = Buffer.from(mutateBytes(taken, random));
        break;
      default:
        messages.splice(at, 0, strange(random));
        break;
    }
  }
}

/** Messages that no model sends, some with lengths that lie. */
function strange(random: Random): Buffer {
  return Buffer.from(random.pick(STRANGE)(random));
}

function told(random: Random, pairs: [string, string][], payload: string): Uint8Array {
  return rawMessage(headersOf(random, pairs), payload);
}

const STRANGE: readonly ((random: Random) => Uint8Array)[] = [
  (random) => {
    const type: [string, string] = [":exception-type", random.pick(EXCEPTIONS)];
    const payload = random.oneIn(2) ? '{"message":"no"}' : print(errorTree(random));
    return told(random, [type, [":message-type", "exception"]], payload);
  },
  (random) => {
    const code: [string, string] = [":error-code", random.pick(EXCEPTIONS)];
    return told(random, [code, [":error-message", "no\xff"], [":message-type", "error"]], "");
  },
  (random) => {
    const event: [string, string] = [":event-type", random.pick(["chunk", "initial-response", ""])];
    const type: [string, string] = [":message-type", random.pick(["event", "event", "brand-new"])];
    return told(random, [event, type], random.pick(PAYLOADS));
  },
  (random) => {
    const odd = header(random.pick([":message-type", ":event-type", "x"]), random.int(12), "event");
    return rawMessage(Buffer.concat([odd, odd]), random.pick(PAYLOADS));
  },
  (random) => {
    const lie = random.pick(LIES);
    const lengths = random.oneIn(2) ? { total: 16 + lie } : { headers: lie };
    return rawMessage(Buffer.alloc(0), random.pick(PAYLOADS), lengths);
  },
];
