/**
 * The module's linear memory as the host uses it: bounds-checked reads and writes, and results handed over through
 * the module's own allocator. Follows the host notes, sections 1.6 and 6.3 "Memory".
 */
import { Status } from "./abi.ts";
import type { WasmMemory } from "./engine.ts";
import { MisuseError } from "./errors.ts";
import { fromLatin1, latin1 } from "./octets.ts";

/** The memory cap of the C++ host: 16,384 pages of 64 KiB. */
const MAX_BYTES = 16_384 * 65_536;
/** What a retained host result reads as, once its callback is over. */
const POISON = 0xaa;

/** One instance per VM. Views are renewed after each growth; nothing here throws on a bad address. */
export class GuestMemory {
  private bytes: Uint8Array;
  /** Blocks handed to the module since the callback began, as address and length pairs. */
  private readonly handed: number[] = [];

  /** `allocate` calls the module's allocator export; 0 means "no room". */
  constructor(
    private readonly memory: WasmMemory,
    private readonly allocate: (size: number) => number,
    private readonly poison: boolean,
  ) {
    this.bytes = new Uint8Array(memory.buffer);
  }

  /** Size of the memory in bytes. */
  get size(): number {
    return this.current().length;
  }

  /** Whether `length` bytes at `address` lie inside the memory. Both are unsigned. */
  has(address: number, length: number): boolean {
    return address + length <= this.current().length;
  }

  /** A view of `length` bytes at `address`, or undefined when out of range; valid until the next call inwards. */
  view(address: number, length: number): Uint8Array | undefined {
    const bytes = this.current();
    return address + length <= bytes.length ? bytes.subarray(address, address + length) : undefined;
  }

  /** The bytes as text with one character per byte, or undefined when out of range. */
  text(address: number, length: number): string | undefined {
    const bytes = this.current();
    if (address + length > bytes.length) return undefined;
    return fromLatin1(bytes, address, address + length);
  }

  /** Writes a u32; false when out of range. */
  writeU32(address: number, value: number): boolean {
    const bytes = this.current();
    if (address + 4 > bytes.length) return false;
    bytes[address] = value;
    bytes[address + 1] = value >>> 8;
    bytes[address + 2] = value >>> 16;
    bytes[address + 3] = value >>> 24;
    return true;
  }

  /** Writes a u64; false when out of range. */
  writeU64(address: number, value: bigint): boolean {
    const low = Number(BigInt.asUintN(32, value));
    const high = Number(BigInt.asUintN(32, value >> 32n));
    return this.writeU32(address, low) && this.writeU32(address + 4, high);
  }

  /** Copies `data` to `address`; false when out of range. */
  write(address: number, data: Uint8Array): boolean {
    const bytes = this.current();
    if (address + data.length > bytes.length) return false;
    bytes.set(data, address);
    return true;
  }

  /**
   * Hands `data` to the module: allocates through its export, copies, stores address and length in the two slots.
   * The block is the module's from then on. Empty data allocates nothing and stores 0 and 0.
   * Status: InvalidMemoryAccess when a slot is out of range or the allocator returned 0 or a bad block.
   */
  hand(data: Uint8Array, pointerSlot: number, sizeSlot: number): number {
    let address = 0;
    if (data.length > 0) {
      address = this.allocate(data.length) >>> 0;
      if (address === 0 || !this.write(address, data)) return Status.InvalidMemoryAccess;
      if (this.poison) this.handed.push(address, data.length);
    }
    const stored = this.writeU32(pointerSlot, address) && this.writeU32(sizeSlot, data.length);
    return stored ? Status.Ok : Status.InvalidMemoryAccess;
  }

  /** As `hand`, for text with one character per byte. */
  handText(text: string, pointerSlot: number, sizeSlot: number): number {
    return this.hand(latin1(text), pointerSlot, sizeSlot);
  }

  /** Where the list of blocks stands; callbacks take it at their beginning. */
  get handedMark(): number {
    return this.handed.length;
  }

  /** Overwrites every block handed out since `mark`, so that a retained address is seen at once. */
  poisonHanded(mark: number): void {
    const { handed } = this;
    if (handed.length === mark) return;
    const bytes = this.current();
    for (let index = mark; index < handed.length; index += 2) {
      const address = handed[index] as number;
      bytes.fill(POISON, address, address + (handed[index + 1] as number));
    }
    handed.length = mark;
  }

  private current(): Uint8Array {
    // A grown memory detaches the old buffer, which then has no bytes.
    if (this.bytes.length === 0) {
      this.bytes = new Uint8Array(this.memory.buffer);
      if (this.bytes.length > MAX_BYTES) {
        throw new MisuseError("the module's memory has grown beyond the host's cap of 1 GiB");
      }
    }
    return this.bytes;
  }
}
