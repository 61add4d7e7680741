/** State of the decoder's last answer. */
export const enum SseStatus {
  Ok = 0,
  /** A line or an event is larger than the cap; the decoder refuses from then on. */
  Overflow = 1,
  /** Memory is exhausted; the decoder refuses from then on. */
  NoMemory = 2,
}

/** Fields of an event stream that mean something to the decoder. */
export const enum SseField {
  Other = 0,
  Data = 1,
  Event = 2,
  Id = 3,
  Retry = 4,
}
