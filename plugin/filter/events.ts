/**
 * Streamed answers: window in, translated events out, one host read and one host write for each callback. Headers are held
 * until the first event, comment or 64 KiB, so that an answer that begins with an error gets its status; the event that
 * releases them leaves in its own callback.
 */
import { readBuffer, replaceBuffer, resultLen, resultPtr } from "../abi/host";
import { output } from "../abi/memory";
import { Action, BufferType, Status } from "../abi/numbers";
import * as L from "../bytes/literals";
import { checkDocument } from "../json/skip";
import { JsonStatus } from "../json/status";
import { SseDecoder } from "../sse/decoder";
import { SseStatus } from "../sse/event";
import { openDecoder } from "../sse/open";
import { isOver, openChatStream, putEnd, putEvent, putFailure } from "../translate/chat/stream";
import { ChatState, ChatStream } from "../translate/chat/stream_state";
import { findEventType } from "../wire/anthropic/event_types";
import { replyError } from "./reply";
import { putResponseLiteral, putResponseNumber } from "./response_headers";
import { Phase, StreamState } from "./stream";

/** Bytes after which held headers go although nothing came. */
const HOLD_BYTES: u32 = 65536;
/** An output of one callback: every event may grow by its chunk's head. */
const OUTPUT_CAP: u32 = 0x1000_0000;
const GROWTH_SHIFT: u32 = 1;
/** `data: ` and the blank line around the payload of an error that becomes a body of its own. */
const FRAME_HEAD: u32 = 6;
const FRAME_TAIL: u32 = 2;

/** Makes decoder and translator; false without memory. */
export function openEvents(stream: StreamState): bool {
  const profile = stream.profile;
  const arena = stream.arena;
  const shape = stream.shape;
  if (profile == null || arena == null || shape == null) return false;
  const chat = openChatStream(arena, shape);
  const decoder = openDecoder(profile.maxEventBytes);
  if (chat == null || decoder == null) return false;
  stream.chat = chat;
  stream.decoder = decoder;
  stream.phase = Phase.Events;
  return true;
}

/** Translates a window. While headers are held the host hands in all bytes so far, of which the first are known. */
export function takeEvents(stream: StreamState, size: u32, end: bool): Action {
  const chat = stream.chat;
  const decoder = stream.decoder;
  if (chat == null || decoder == null) return Action.Continue;
  const out = output();
  if (isOver(chat)) {
    if (size > 0) replaceBuffer(BufferType.ResponseBody, out.start, 0);
    return Action.Continue;
  }
  out.begin((size - stream.consumed) << GROWTH_SHIFT, OUTPUT_CAP);
  if (size > stream.consumed) translateWindow(stream, chat, decoder, size);
  if (end) translateEnd(chat, decoder);
  if (out.failed && !failOutput(stream, chat)) return Action.Continue;
  if (stream.responseHeld) {
    stream.consumed = size;
    if (!end && mayWait(decoder, size)) return Action.Pause;
    releaseHeaders(stream, chat, decoder.sawComment);
  }
  replaceBuffer(BufferType.ResponseBody, out.start, out.length);
  return Action.Continue;
}

/** Nothing has come yet that lets held headers go. */
function mayWait(decoder: SseDecoder, size: u32): bool {
  return output().length == 0 && size < HOLD_BYTES && !decoder.sawComment;
}

/** With trailers: what is left is translated; a body can only be written while the host still collects it. */
export function finishEvents(stream: StreamState): void {
  const chat = stream.chat;
  const decoder = stream.decoder;
  if (chat == null || decoder == null || isOver(chat)) return;
  if (stream.responseHeld && stream.consumed == 0) {
    // No data came at all: there is no body to write to, but headers that can give way to a reply.
    replyError(stream, 502, L.CODE_STREAM_TRUNCATED, L.TEXT_TRUNCATED, 0);
    return;
  }
  const out = output();
  out.begin(1024, OUTPUT_CAP);
  translateEnd(chat, decoder);
  if (out.failed && !failOutput(stream, chat)) return;
  if (stream.responseHeld) releaseHeaders(stream, chat, decoder.sawComment);
  if (out.length > 0) replaceBuffer(BufferType.ResponseBody, out.start, out.length);
}

function translateWindow(
  stream: StreamState,
  chat: ChatStream,
  decoder: SseDecoder,
  size: u32,
): void {
  if (readBuffer(BufferType.ResponseBody, size) != Status.Ok || resultLen != size) {
    putFailure(output(), chat, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
    return;
  }
  decoder.feed(resultPtr + stream.consumed, size - stream.consumed);
  drain(chat, decoder);
}

/**
 * The output found no memory: the client gets the error in the place of a part of it. False when there is not even room for
 * that, and held headers gave way to a bare reply.
 */
function failOutput(stream: StreamState, chat: ChatStream): bool {
  const out = output();
  out.begin(512, OUTPUT_CAP);
  chat.state = ChatState.Open;
  putFailure(out, chat, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
  if (!out.failed || !stream.responseHeld) return true;
  replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
  return false;
}

/** The end: an unfinished event counts when its data is complete JSON. */
function translateEnd(chat: ChatStream, decoder: SseDecoder): void {
  decoder.end();
  drain(chat, decoder);
  putEnd(output(), chat);
}

function drain(chat: ChatStream, decoder: SseDecoder): void {
  const out = output();
  while (!isOver(chat) && decoder.next()) {
    if (decoder.unfinished && !isWhole(chat, decoder)) return;
    putEvent(
      out,
      chat,
      decoder.dataPtr,
      decoder.dataLen,
      findEventType(decoder.namePtr, decoder.nameLen),
    );
  }
  if (decoder.status == SseStatus.Overflow)
    putFailure(out, chat, L.CODE_INVALID_UPSTREAM, L.TEXT_EVENT_TOO_LARGE);
  else if (decoder.status == SseStatus.NoMemory)
    putFailure(out, chat, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
}

/**
 * Lets held headers go. An error that comes first becomes an ordinary answer with its status; behind a comment, which lets
 * headers go by itself, it stays in the stream, so that the answer does not depend on how the bytes were cut.
 */
function releaseHeaders(stream: StreamState, chat: ChatStream, sawComment: bool): void {
  stream.responseHeld = false;
  stream.consumed = 0;
  if (chat.state != ChatState.Failed || chat.headPtr != 0 || chat.pinged || sawComment) return;
  const out = output();
  out.dropEnds(FRAME_HEAD, FRAME_TAIL);
  const length = out.length;
  putResponseNumber(L.H_STATUS, chat.failureStatus);
  putResponseNumber(L.H_CONTENT_LENGTH, length);
  putResponseLiteral(L.H_CONTENT_TYPE, L.APPLICATION_JSON);
}

function isWhole(chat: ChatStream, decoder: SseDecoder): bool {
  return checkDocument(decoder.dataPtr, decoder.dataLen, chat.shape.maxDepth) == JsonStatus.Ok;
}
