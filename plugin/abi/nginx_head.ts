/**
 * Headers on nginx. Lists of headers are never asked for, and neither is `:authority`: either can end the worker. The request's
 * content-length is nginx's business: who removes or changes it makes it read the client's body as the next request. Path and host go
 * upstream in variables. Source: docs/apisix.md.
 */
import { equalsLiteral, findByte, literalLen, literalPtr } from "../bytes/compare";
import { Ascii } from "../bytes/ascii";
import * as L from "../bytes/literals";
import { putDigits } from "./digits";
import {
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  proxy_send_local_response,
} from "./env";
import { scratch } from "./memory";
import {
  currentExchange,
  NginxExchange,
  promise,
  raise,
  setVariable,
  Step,
  withdraw,
} from "./nginx";
import { keepReply } from "./nginx_body";
import { HeaderMap, Status } from "./numbers";
import {
  nextPair,
  openPairList,
  openPairs,
  PairList,
  pairNameLen,
  pairNamePtr,
  pairValueLen,
  pairValuePtr,
} from "./pairs";
import { clearSlot, resultLen, resultPtr, setResult, SLOT, takeResult } from "./result";

const STATUS_TEXT: usize = memory.data(4);
const STATUS_DIGITS: u32 = 3;
const NO_CONTENT: u32 = 204;
const NOT_MODIFIED: u32 = 304;

/** The headers that the filter knows, in the ABI's pair form, as the last result: each is asked for by its name. */
export function readKnownPairs(map: HeaderMap): Status {
  const names = map == HeaderMap.Request ? L.NGINX_REQUEST_HEADERS : L.NGINX_RESPONSE_HEADERS;
  const list = openPairList(scratch());
  if (list == null) return Status.InternalFailure;
  const end = literalPtr(names) + literalLen(names);
  let at = literalPtr(names);
  while (at < end) {
    const stop = findByte(at, end, Ascii.LineFeed);
    takeHeader(list, map, at, <u32>(stop - at));
    at = stop + 1;
  }
  const block = list.write(scratch());
  return block == 0 ? Status.InternalFailure : setResult(block, list.length);
}

function takeHeader(list: PairList, map: HeaderMap, name: usize, len: u32): void {
  const isHost = map == HeaderMap.Request && equalsLiteral(name, len, L.H_AUTHORITY);
  const status = isHost
    ? readHeader(map, literalPtr(L.H_HOST), literalLen(L.H_HOST))
    : readHeader(map, name, len);
  if (status == Status.Ok) list.addSpan(name, len, resultPtr, resultLen);
}

/** Leaves the pairs of one request header, whatever its name, for `nextPair`: the first value only. */
export function openOneHeader(name: usize, len: u32): void {
  const list = openPairList(scratch());
  openPairs(0, 0);
  if (list == null || readHeader(HeaderMap.Request, name, len) != Status.Ok) return;
  list.addSpan(name, len, resultPtr, resultLen);
  const block = list.write(scratch());
  if (block != 0) openPairs(block, list.length);
}

function readHeader(map: HeaderMap, name: usize, len: u32): Status {
  clearSlot();
  return takeResult(proxy_get_header_map_value(map, name, len, SLOT, SLOT + 4));
}

/** Sets a request header; path and host go where nginx reads them. `name` is a literal. */
export function setRequestHeader(name: usize, value: usize, len: u32): Status {
  if (name == L.H_PATH) return setVariable(L.P_UPSTREAM_URI, value, len);
  if (name == L.H_AUTHORITY) return setVariable(L.P_UPSTREAM_HOST, value, len);
  if (name == L.H_CONTENT_LENGTH) return Status.Ok;
  const key = literalPtr(name);
  return proxy_replace_header_map_value(HeaderMap.Request, key, literalLen(name), value, len);
}

/** True for a header that is nginx's own: it knows the length of the body that the companion puts in. */
export function isNginxOwn(map: HeaderMap, name: usize): bool {
  return map == HeaderMap.Request && name == L.H_CONTENT_LENGTH;
}

/** The callback for headers says nothing about a body: the headers do, and without a length the method. */
export function requestHasBody(): bool {
  if (hasHeader(HeaderMap.Request, L.H_TRANSFER_ENCODING)) return true;
  if (hasHeader(HeaderMap.Request, L.H_CONTENT_LENGTH))
    return !equalsLiteral(resultPtr, resultLen, L.ZERO);
  if (!hasHeader(HeaderMap.Request, L.H_METHOD)) return false;
  return (
    equalsLiteral(resultPtr, resultLen, L.POST) ||
    equalsLiteral(resultPtr, resultLen, L.PUT) ||
    equalsLiteral(resultPtr, resultLen, L.PATCH)
  );
}

/** As `requestHasBody`: false for an answer that has none by its status or its length. */
export function answerHasBody(): bool {
  if (hasHeader(HeaderMap.Response, L.H_STATUS)) {
    const status = readStatus();
    if (status < 200 || status == NO_CONTENT || status == NOT_MODIFIED) return false;
  }
  if (!hasHeader(HeaderMap.Response, L.H_CONTENT_LENGTH)) return true;
  return !equalsLiteral(resultPtr, resultLen, L.ZERO);
}

function readStatus(): u32 {
  let status: u32 = 0;
  for (let i: u32 = 0; i < resultLen; i++) {
    status = status * 10 + (<u32>load<u8>(resultPtr + i) - <u32>Ascii.Zero);
  }
  return status;
}

function hasHeader(map: HeaderMap, name: usize): bool {
  const status = readHeader(map, literalPtr(name), literalLen(name));
  return status == Status.Ok && resultLen > 0;
}

/**
 * After the filter has seen a request's headers. `isOurs`: it goes upstream by us; `takesBody`: its body is wanted, and a new one is
 * promised.
 */
export function settleRequestHead(exchange: NginxExchange, isOurs: bool, takesBody: bool): void {
  if (!isOurs) return;
  if (takesBody) raise(L.P_TAKE_REQUEST);
  promise(exchange, takesBody ? L.MODE_TRANSLATE : L.MODE_ANSWER);
}

/**
 * After the filter has seen an answer's headers. `takesBody`: its pieces are wanted, and each of them will be answered for; else they
 * pass. The last word is the companion's proof that this callback came to its end.
 */
export function settleAnswerHead(exchange: NginxExchange, takesBody: bool): void {
  if (!exchange.ready) return;
  if (!takesBody && !exchange.replies) {
    if (exchange.promised)
      setVariable(L.P_ANSWER_MODE, literalPtr(L.MODE_PASS), literalLen(L.MODE_PASS));
    return;
  }
  remove(L.H_CONTENT_LENGTH);
  raise(L.P_TAKE_RESPONSE);
  raise(L.P_ANSWER_MODE);
}

/**
 * A reply of ours. The host takes one while it handles the request. An answer that has come takes its status and headers and, piece by
 * piece, its body; when its headers are out there is nothing to say, and the companion ends it.
 */
export function replyOnNginx(
  code: u32,
  body: usize,
  bodyLen: u32,
  pairs: usize,
  pairsLen: u32,
): Status {
  const exchange = currentExchange();
  if (exchange == null || exchange.step == Step.Request) {
    if (exchange != null) withdraw(exchange);
    return proxy_send_local_response(code, 0, 0, body, bodyLen, pairs, pairsLen, -1);
  }
  if (exchange.step == Step.AnswerBody) {
    exchange.broken = true;
    return Status.BadArgument;
  }
  keepReply(exchange, body, bodyLen);
  putReplyHead(code, pairs, pairsLen);
  return Status.Ok;
}

/** Status and headers of a reply in the place of the upstream's, without what described its body. */
function putReplyHead(code: u32, pairs: usize, pairsLen: u32): void {
  remove(L.H_CONTENT_ENCODING);
  remove(L.H_ETAG);
  remove(L.H_CONTENT_MD5);
  remove(L.H_DIGEST);
  remove(L.H_CONTENT_DIGEST);
  remove(L.H_LAST_MODIFIED);
  remove(L.H_ACCEPT_RANGES);
  remove(L.H_ORGANIZATION_ID);
  putDigits(STATUS_TEXT, STATUS_DIGITS, code);
  putHeader(literalPtr(L.H_STATUS), literalLen(L.H_STATUS), STATUS_TEXT, STATUS_DIGITS);
  openPairs(pairs, pairsLen);
  while (nextPair()) putHeader(pairNamePtr, pairNameLen, pairValuePtr, pairValueLen);
}

function putHeader(name: usize, nameLen: u32, value: usize, len: u32): void {
  proxy_replace_header_map_value(HeaderMap.Response, name, nameLen, value, len);
}

function remove(name: usize): void {
  proxy_remove_header_map_value(HeaderMap.Response, literalPtr(name), literalLen(name));
}
