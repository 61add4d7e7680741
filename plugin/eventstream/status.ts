/** State of the decoder's last answer; everything but Ok is final. */
export const enum EventStreamStatus {
  Ok = 0,
  /** A message is larger than the cap. */
  Overflow = 1,
  /** Memory is exhausted. */
  NoMemory = 2,
  /** A checksum, a length or the headers of a message are wrong. */
  Corrupt = 3,
  /** The stream ended inside a message. */
  Truncated = 4,
}
