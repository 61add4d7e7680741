/** The VM's environment variables as the host hands them over: `NAME=value`, each ended by a zero byte. */
import { Ascii } from "../../bytes/ascii";
import { equals, findByte } from "../../bytes/compare";

@unmanaged
@final
export class Environment {
  ptr: usize; // first byte; 0 when there are none
  len: u32;
  valuePtr: usize; // what `find` found
  valueLen: u32;

  /** Looks up a name; true sets `valuePtr`, `valueLen`, valid as long as the block. */
  find(name: usize, nameLen: u32): bool {
    const end = this.ptr + this.len;
    let at = this.ptr;
    while (at < end) {
      const stop = findByte(at, end, 0);
      const equalSign = findByte(at, stop, Ascii.Equals);
      if (equalSign < stop && <u32>(equalSign - at) == nameLen && equals(at, name, nameLen)) {
        this.valuePtr = equalSign + 1;
        this.valueLen = <u32>(stop - equalSign - 1);
        return true;
      }
      at = stop + 1;
    }
    return false;
  }
}
