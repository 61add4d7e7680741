/**
 * One HTTP stream: its phases and what it keeps between callbacks. Made in `on_context_create`, freed in `on_delete`.
 *
 *   New ──▶ Pass                                   not ours: every callback answers Continue
 *   New ──▶ Waiting ──▶ Body ──▶ Sent              held or early; Waiting: headers seen, no body yet
 *   any request phase ──▶ Replied                  we answered ourselves; the reply passes our response callbacks
 *   Sent ──▶ Whole | Error | Events | List | Lines ──▶ Finished   by what the upstream answers
 *   Sent ──▶ Watch | Tally | Pass                          native answers that pass as they are
 */
import { NginxExchange } from "../abi/nginx";
import { Arena } from "../bytes/arena";
import { HeldBytes } from "../bytes/held_bytes";
import { LineStream } from "../bytes/line_stream";
import { EventStreamDecoder } from "../eventstream/decoder";
import { Key, Profile } from "../policy/config";
import { ArrayStream } from "../json/array_stream";
import { SseDecoder } from "../sse/decoder";
import { ChatStream } from "../translate/chat/stream_state";
import { NativeStream } from "../translate/native/stream";
import { Upload } from "../translate/files/upload";
import { TextStream } from "../translate/completions/stream";
import { ResponsesStream } from "../translate/responses/stream_state";
import { Resource } from "../translate/shared/resource";
import { AnswerShape } from "../translate/shape";
import { Dialect, Operation } from "../translate/surface";
import { ErrorType } from "../wire/anthropic/error_types";
import { StopReason } from "../wire/anthropic/stop_reasons";
import { Account } from "./account_state";
import { RootState } from "./root_state";

export const enum Phase {
  New = 0,
  Pass = 1,
  /** Request headers seen, no body callback yet. */
  Waiting = 2,
  /** Collecting the request's body. */
  Body = 3,
  /** The translated request is on its way. */
  Sent = 4,
  /** We sent a local reply. */
  Replied = 5,
  /** Collecting a whole answer. */
  Whole = 6,
  /** Collecting an error answer. */
  Error = 7,
  /** Translating a stream. */
  Events = 8,
  /** The answer is out; what follows is swallowed. */
  Finished = 9,
  /** Translating a list, element by element. */
  List = 10,
  /** A native stream passes; only its end is watched. */
  Watch = 11,
  /** Translating results, line by line. */
  Lines = 12,
  /** A native answer passes; only its usage is read. */
  Tally = 13,
}

@unmanaged
@final
export class StreamState {
  id: u32;
  root: RootState; // not owned
  phase: Phase;
  operation: Operation;
  dialect: Dialect; // of errors, ours and the upstream's
  key: Key | null; // not owned; the key that went upstream and may rest
  profile: Profile | null; // not owned; lives as long as the root
  isAttempt: bool; // the filter stands upstream of the router
  requestHeld: bool; // request headers can still be edited
  responseHeld: bool; // response headers can still be edited
  requestBytes: u32; // size in the last request body callback
  responseBytes: u32; // size in the last response body callback
  consumed: u32; // bytes of a held stream that the decoder has seen
  totalSize: u64; // request.total_size in the headers callback
  deferred: bool; // header edits wait for the body: profile or key depend on the model
  wantsStream: bool;
  status: u32; // of the upstream's answer
  hasRequestId: bool; // its headers name the request
  arena: Arena | null; // owned; opened when the request was translated
  shape: AnswerShape | null; // in the arena
  adaptedPtr: usize; // value of x-bridge-adapted; in the arena
  adaptedLen: u32;
  decoder: SseDecoder | null; // owned; of server-sent events
  messages: EventStreamDecoder | null; // owned; of a Bedrock stream
  list: ArrayStream | null; // owned; Phase.List
  pathArena: Arena | null; // owned; holds the model that the path names
  pathModelPtr: usize; // fit for a string token; 0: the path names none
  pathModelLen: u32;
  lines: LineStream | null; // owned; Phase.Lines
  upload: Upload | null; // of Operation.FileUpload; in the arena
  unreadable: bool; // an error whose body is compressed
  sawList: bool; // the list that goes to the client was opened
  resource: Resource | null; // of operations on models, files and batches; in the arena
  text: TextStream | null; // of Operation.Completions; in the arena
  usesOAuth: bool; // the credential that goes upstream is a token of an account
  hasBetas: bool; // the client sent a header anthropic-beta
  betasPtr: usize; // value of x-bridge-betas; in the arena
  betasLen: u32;
  isRouted: bool; // a turn at the end led to another profile, which `profile` is
  routedPtr: usize; // name of the model there; in the arena
  routedLen: u32;
  prefillWord: usize; // literal for x-bridge-prefill; 0: nothing to say
  chat: ChatStream | null; // of Operation.Chat; in the arena
  native: NativeStream | null; // of Operation.Messages; in the arena
  nginx: NginxExchange | null; // owned; what that host does not keep for us
  responses: ResponsesStream | null; // of Operation.Responses; in the arena
  clientPtr: usize; // who asks, fit for names; owned. 0: nobody knows
  clientLen: u32;
  modelLabel: u32; // filter/metric_labels.ts
  clientStatus: u32; // that the client saw; 0: none yet
  upstreamError: ErrorType; // Unknown: it answered with none
  streamFailure: usize; // why a stream did not end well, a literal; 0: it did not fail yet
  isCounted: bool; // the exchange is over
  account: Account | null; // owned; what logs, filter state and headers tell. null: nobody asks
  replyReason: usize; // why we answered ourselves, a literal; 0: we did not
  isTimed: bool; // what it costs is measured
  spentNs: u64; // … so far
  sentNs: u64; // when a request for a stream went upstream, since 1970; 0: nobody asks
  firstNs: u64; // when its first token came; 0: not yet
  inputTokens: u32; // as the upstream counts them: without those of the cache
  outputTokens: u32;
  cacheReadTokens: u32;
  cacheWriteTokens: u32;
  reasoningTokens: u32; // of the output
  finish: StopReason; // Unknown: the answer did not come to an end
  tally: HeldBytes | null; // a native answer that passes, as far as it has come; in the arena, its bytes owned
  refusedPrefill: bool; // the upstream refused the assistant turn at the end
}
