/** The wasm exports, re-exported by name. No logic. */
import "./abi/abort";
export { proxy_on_memory_allocate } from "./abi/memory";
export { readChat, openChatRequest } from "./translate/chat/request";
export { writeChat } from "./translate/chat/write";
export { readWhole } from "./wire/anthropic/answer";
export { readEvent } from "./wire/anthropic/stream_event";
export { readUpstreamError } from "./wire/upstream_error";
