/** Exchanges with Bedrock: events inside binary messages, right and hostile, cut anywhere. */
import type { HeaderList } from "../host/index.ts";
import { rawMessage } from "../support/event_stream.ts";
import { errorTree } from "./answer.ts";
import { makeRequest, makeResponse, sending, type FuzzCase, type FuzzMessage } from "./case.ts";
import { eventData } from "./events.ts";
import { BEDROCK } from "./hosts.ts";
import { print } from "./json_tree.ts";
import { mutateBytes } from "./mutate.ts";
import { Random } from "./random.ts";

const BINARY = "application/vnd.amazon.eventstream";
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
  if (random.oneIn(6)) return brokenAnswer(random);
  const { data, plain } = eventData(random, random.oneIn(2));
  const messages = data.map((text) => chunk(random, text));
  const isHostile = random.oneIn(2);
  if (isHostile) disturb(messages, random);
  const right = Buffer.concat(messages);
  const body = random.oneIn(5) ? mutateBytes(right, random) : right;
  const status = random.oneIn(30) ? random.pick(["201", "400", "429", "503"]) : "200";
  const type = random.oneIn(40) ? "application/json" : BINARY;
  const sent = sending(random, headOf(status, type), random.oneIn(60) ? undefined : body);
  const isKnown = plain && !isHostile && sent.body === right && type === BINARY;
  return isKnown ? { ...sent, meant: serverSent(data) } : sent;
}

/** A right stream that an exception ends before its last event. */
function brokenAnswer(random: Random): FuzzMessage {
  const { data } = eventData(random, false);
  data.length = random.int(data.length);
  const says = `why ${random.int(1000)}`;
  const messages = data.map((text) => chunk(random, text));
  messages.push(Buffer.from(exception(random, random.pick(EXCEPTIONS), says)));
  const meant = serverSent([...data, '{"type":"error"}']);
  return { ...sending(random, headOf("200", BINARY), Buffer.concat(messages)), meant, says };
}

function headOf(status: string, type: string): HeaderList {
  return [
    [":status", status],
    ["content-type", type],
    ["x-amzn-requestid", "req_1"],
  ];
}

function exception(random: Random, type: string, message: string): Uint8Array {
  const pairs: [string, string][] = [
    [":exception-type", type],
    [":message-type", "exception"],
  ];
  return told(random, pairs, JSON.stringify({ message }));
}

/** The same as server-sent events, read back as they were sent: half a pair is none any more. */
function serverSent(data: readonly string[]): string {
  const text = data.map((one) => `data: ${one.replace(/[\r\n]/g, " ")}\n\n`).join("");
  return Buffer.from(text).toString("utf8");
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
