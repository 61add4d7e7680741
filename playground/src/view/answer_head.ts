/** The head of an answer that a person has typed only the body of. */
import { EVENT_STREAM_TYPE } from "../filter/event_stream.ts";
import type { HeaderList } from "../filter/host.ts";
import { isJsonAnswer } from "../player/pieces.ts";

export interface UpstreamAnswer {
  answer: string;
  status: string;
  /** The upstream frames its events as Bedrock does. */
  framed: boolean;
}

/** What the upstream's headers say of its body. */
export function answerHead({ answer, status, framed }: UpstreamAnswer): HeaderList {
  const isJson = isJsonAnswer(answer);
  const type = isJson ? "application/json" : framed ? EVENT_STREAM_TYPE : "text/event-stream";
  return [
    [":status", /^[1-5]\d\d$/.test(status) ? status : "200"],
    ["content-type", type],
    ["request-id", "req_011CDemo"],
  ];
}
