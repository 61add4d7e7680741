/** CRC-32 of a run of bytes: reflected, polynomial 0xEDB88320, first and last inverted. Source: ISO 3309; RFC 1952, section 8. */

const POLYNOMIAL: u32 = 0xedb88320;
/** Bytes that one step of the main loop takes, and tables that it needs for them. */
const STRIDE: u32 = 8;
const TABLE_BYTES: u32 = 1024;

/** Table 0 moves a CRC over one byte; table k moves it over that byte and k zero bytes behind it. */
const TABLES: usize = memory.data(8192, 8);

fillTables();

function fillTables(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
    store<u32>(TABLES + (byte << 2), crc);
  }
  for (let at: usize = TABLES + TABLE_BYTES; at < TABLES + STRIDE * TABLE_BYTES; at += 4) {
    const crc = load<u32>(at - TABLE_BYTES);
    store<u32>(at, (crc >>> 8) ^ entry(0, crc));
  }
}

/** Entry of table `table` for the low byte of `bits`. */
function entry(table: u32, bits: u32): u32 {
  return load<u32>(TABLES + table * TABLE_BYTES + ((bits & 0xff) << 2));
}

/** CRC-32 of `len` bytes. */
export function crc32(ptr: usize, len: u32): u32 {
  const end = ptr + len;
  const strideEnd = end - (len % STRIDE);
  let crc: u32 = 0xffffffff;
  for (; ptr < strideEnd; ptr += STRIDE) {
    const low = load<u32>(ptr) ^ crc;
    const high = load<u32>(ptr, 4);
    crc =
      entry(7, low) ^
      entry(6, low >>> 8) ^
      entry(5, low >>> 16) ^
      entry(4, low >>> 24) ^
      entry(3, high) ^
      entry(2, high >>> 8) ^
      entry(1, high >>> 16) ^
      entry(0, high >>> 24);
  }
  for (; ptr < end; ptr++) crc = (crc >>> 8) ^ entry(0, crc ^ (<u32>load<u8>(ptr)));
  return ~crc;
}
