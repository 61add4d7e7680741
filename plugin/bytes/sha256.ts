/** SHA-256 of a run of bytes. Source: FIPS 180-4, sections 4.1.2, 4.2.2, 5.1.1, 5.3.3 and 6.2.2. No JSON or HTTP knowledge. */
import { copyTrusted } from "./copy";

/** Bytes of a digest. */
export const SHA256_BYTES: u32 = 32;

const BLOCK: u32 = 64;
const ROUNDS: u32 = 64;
/** Bytes of a message's length behind its padding. */
const LENGTH_BYTES: u32 = 8;

/** Fractional parts of the cube roots of the first 64 primes. */
// prettier-ignore
const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

/** Fractional parts of the square roots of the first 8 primes. */
// prettier-ignore
const INITIAL: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

/** The eight words of the hash so far, then the digest. */
const STATE: usize = memory.data(48, 8);
/** Message schedule of one block. */
const SCHEDULE: usize = memory.data(256, 8);
/** The message's end with its padding: one block or two. */
const TAIL: usize = memory.data(144, 8);

/** Hashes `len` bytes and answers the address of the digest: SHA256_BYTES bytes, valid until the next call. */
export function sha256(ptr: usize, len: u32): usize {
  memory.copy(STATE, INITIAL, SHA256_BYTES);
  const rest = len % BLOCK;
  const whole = ptr + (len - rest);
  for (let at = ptr; at < whole; at += BLOCK) addBlock(at);
  const padded: u32 = rest + 1 + LENGTH_BYTES <= BLOCK ? BLOCK : 2 * BLOCK;
  copyTrusted(TAIL, whole, rest);
  memory.fill(TAIL + rest, 0, padded - rest);
  store<u8>(TAIL + rest, 0x80);
  store<u64>(TAIL + padded - LENGTH_BYTES, bswap<u64>((<u64>len) << 3));
  addBlock(TAIL);
  if (padded > BLOCK) addBlock(TAIL + BLOCK);
  for (let i: usize = 0; i < SHA256_BYTES; i += 4) {
    store<u32>(STATE + i, bswap<u32>(load<u32>(STATE + i)));
  }
  return STATE;
}

/** The words of a block, and the 48 that follow from them. */
function fillSchedule(block: usize): void {
  for (let i: u32 = 0; i < 16; i++) {
    store<u32>(SCHEDULE + (i << 2), bswap<u32>(load<u32>(block + (i << 2))));
  }
  for (let i: u32 = 16; i < ROUNDS; i++) {
    const at = SCHEDULE + (i << 2);
    const w15 = load<u32>(at - 60);
    const w2 = load<u32>(at - 8);
    const small0 = rotr<u32>(w15, 7) ^ rotr<u32>(w15, 18) ^ (w15 >> 3);
    const small1 = rotr<u32>(w2, 17) ^ rotr<u32>(w2, 19) ^ (w2 >> 10);
    store<u32>(at, load<u32>(at - 64) + small0 + load<u32>(at - 28) + small1);
  }
}

function addBlock(block: usize): void {
  fillSchedule(block);
  let a = load<u32>(STATE);
  let b = load<u32>(STATE, 4);
  let c = load<u32>(STATE, 8);
  let d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16);
  let f = load<u32>(STATE, 20);
  let g = load<u32>(STATE, 24);
  let h = load<u32>(STATE, 28);
  for (let i: u32 = 0; i < ROUNDS; i++) {
    const big1 = rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
    const choice = (e & f) ^ (~e & g);
    const one = h + big1 + choice + load<u32>(K + (i << 2)) + load<u32>(SCHEDULE + (i << 2));
    const big0 = rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22);
    const two = big0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + one;
    d = c;
    c = b;
    b = a;
    a = one + two;
  }
  addWord(0, a);
  addWord(4, b);
  addWord(8, c);
  addWord(12, d);
  addWord(16, e);
  addWord(20, f);
  addWord(24, g);
  addWord(28, h);
}

function addWord(offset: usize, value: u32): void {
  store<u32>(STATE + offset, load<u32>(STATE + offset) + value);
}
