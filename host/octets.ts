/**
 * Text and bytes with what every JavaScript host offers, browsers included: the core of the model uses nothing of Node.
 * Bytes are in blocks of their own unless said otherwise.
 */
const ENCODER = new TextEncoder();
// A byte order mark is content, as everywhere in this project.
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** `text` as UTF-8; a lone surrogate becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** Bytes as text; what is no UTF-8 becomes U+FFFD. */
export function fromUtf8(bytes: Uint8Array): string {
  return DECODER.decode(bytes);
}

/** Text with one character per byte, as bytes; of a wider character the low byte is taken. */
export function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** The bytes from `from` to `to` as text with one character per byte. */
export function fromLatin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let text = "";
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

/** The bytes that a base64 text stands for. Throws DOMException on what is no base64. */
export function fromBase64(text: string): Uint8Array {
  return latin1(atob(text));
}

/** All parts behind one another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
