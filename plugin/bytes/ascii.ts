/** Names for the ASCII bytes that the engines compare with. Nothing above 0x7F lives here. */
export const enum Ascii {
  Tab = 0x09,
  LineFeed = 0x0a,
  CarriageReturn = 0x0d,
  Space = 0x20,
  Bang = 0x21,
  Quote = 0x22,
  Dollar = 0x24,
  Percent = 0x25,
  Ampersand = 0x26,
  Apostrophe = 0x27,
  ParenOpen = 0x28,
  ParenClose = 0x29,
  Star = 0x2a,
  Plus = 0x2b,
  Comma = 0x2c,
  Minus = 0x2d,
  Dot = 0x2e,
  Slash = 0x2f,
  Zero = 0x30,
  One = 0x31,
  Nine = 0x39,
  Colon = 0x3a,
  Semicolon = 0x3b,
  Equals = 0x3d,
  Question = 0x3f,
  At = 0x40,
  UpperA = 0x41,
  UpperE = 0x45,
  UpperZ = 0x5a,
  BracketOpen = 0x5b,
  Backslash = 0x5c,
  BracketClose = 0x5d,
  Underscore = 0x5f,
  Backtick = 0x60,
  LowerA = 0x61,
  LowerB = 0x62,
  LowerE = 0x65,
  LowerF = 0x66,
  LowerN = 0x6e,
  LowerR = 0x72,
  LowerT = 0x74,
  LowerU = 0x75,
  LowerV = 0x76,
  LowerX = 0x78,
  LowerZ = 0x7a,
  BraceOpen = 0x7b,
  Bar = 0x7c,
  BraceClose = 0x7d,
  Tilde = 0x7e,
}

/** True for `0`–`9`. `c` is a byte widened to u32. */
export function isDigit(c: u32): bool {
  return c - Ascii.Zero < 10;
}

/** Value of a hexadecimal digit, or 0xFF when `c` is none. */
export function hexValue(c: u32): u32 {
  const digit = c - Ascii.Zero;
  if (digit < 10) return digit;
  const letter = (c | 0x20) - Ascii.LowerA;
  return letter < 6 ? letter + 10 : 0xff;
}

/** ASCII lower case; other bytes are returned as they are. */
export function toLower(c: u32): u32 {
  return c - Ascii.UpperA < 26 ? c | 0x20 : c;
}

/** True for A–Z, a–z. */
export function isLetter(c: u32): bool {
  return (c | 0x20) - Ascii.LowerA < 26;
}

/** The four JSON white space bytes. */
export function isJsonSpace(c: u32): bool {
  return c == Ascii.Space || c == Ascii.LineFeed || c == Ascii.CarriageReturn || c == Ascii.Tab;
}
