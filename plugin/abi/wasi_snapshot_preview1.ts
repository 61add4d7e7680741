/** The WASI functions that we import (the file name is the module name); 0 means success. */
export declare function clock_time_get(id: u32, precision: u64, timeOut: usize): u32;
export declare function environ_sizes_get(countOut: usize, sizeOut: usize): u32;
export declare function environ_get(pointersOut: usize, bytesOut: usize): u32;
