-- The engine's C interface (wasmtime 0.38), as far as the harness uses it.
local ffi = require("ffi")

ffi.cdef([[
typedef struct wasm_engine_t wasm_engine_t;
typedef struct wasm_valtype_t wasm_valtype_t;
typedef struct wasm_functype_t wasm_functype_t;
typedef struct wasm_trap_t wasm_trap_t;
typedef struct wasi_config_t wasi_config_t;
typedef struct wasmtime_error wasmtime_error_t;
typedef struct wasmtime_module wasmtime_module_t;
typedef struct wasmtime_store wasmtime_store_t;
typedef struct wasmtime_context wasmtime_context_t;
typedef struct wasmtime_linker wasmtime_linker_t;
typedef struct wasmtime_caller wasmtime_caller_t;
typedef struct { size_t size; char *data; } wasm_byte_vec_t;
typedef struct { size_t size; wasm_valtype_t **data; } wasm_valtype_vec_t;
typedef struct { uint64_t store_id; size_t index; } wasmtime_item_t;
typedef struct { uint8_t kind; union { wasmtime_item_t item; void *module; } of; } wasmtime_extern_t;
typedef struct {
    uint8_t kind;
    union { int32_t i32; int64_t i64; wasmtime_item_t item; uint8_t v128[16]; } of;
} wasmtime_val_t;
typedef wasm_trap_t *(*wasmtime_func_callback_t)(void *env, wasmtime_caller_t *caller,
    const wasmtime_val_t *args, size_t nargs, wasmtime_val_t *results, size_t nresults);

wasm_engine_t *wasm_engine_new(void);
wasm_valtype_t *wasm_valtype_new(uint8_t kind);
void wasm_valtype_vec_new(wasm_valtype_vec_t *out, size_t size, wasm_valtype_t *const data[]);
wasm_functype_t *wasm_functype_new(wasm_valtype_vec_t *params, wasm_valtype_vec_t *results);
void wasm_trap_message(const wasm_trap_t *trap, wasm_byte_vec_t *out);
void wasm_trap_delete(wasm_trap_t *trap);
wasm_trap_t *wasmtime_trap_new(const char *msg, size_t len);
void wasm_byte_vec_delete(wasm_byte_vec_t *vec);
wasi_config_t *wasi_config_new(void);
void wasi_config_inherit_env(wasi_config_t *config);
void wasmtime_error_message(const wasmtime_error_t *error, wasm_byte_vec_t *out);
void wasmtime_error_delete(wasmtime_error_t *error);
wasmtime_error_t *wasmtime_module_deserialize(wasm_engine_t *engine, const uint8_t *bytes, size_t len, wasmtime_module_t **out);
wasmtime_store_t *wasmtime_store_new(wasm_engine_t *engine, void *data, void (*finalizer)(void *));
wasmtime_context_t *wasmtime_store_context(wasmtime_store_t *store);
wasmtime_error_t *wasmtime_context_set_wasi(wasmtime_context_t *context, wasi_config_t *wasi);
wasmtime_linker_t *wasmtime_linker_new(wasm_engine_t *engine);
wasmtime_error_t *wasmtime_linker_define_wasi(wasmtime_linker_t *linker);
wasmtime_error_t *wasmtime_linker_define_func(wasmtime_linker_t *linker, const char *module, size_t module_len,
    const char *name, size_t name_len, const wasm_functype_t *type, wasmtime_func_callback_t callback, void *data,
    void (*finalizer)(void *));
wasmtime_error_t *wasmtime_linker_instantiate(const wasmtime_linker_t *linker, wasmtime_context_t *context,
    const wasmtime_module_t *module, wasmtime_item_t *instance, wasm_trap_t **trap);
bool wasmtime_instance_export_get(wasmtime_context_t *context, const wasmtime_item_t *instance, const char *name,
    size_t len, wasmtime_extern_t *out);
wasmtime_error_t *wasmtime_func_call(wasmtime_context_t *context, const wasmtime_item_t *func,
    const wasmtime_val_t *args, size_t nargs, wasmtime_val_t *results, size_t nresults, wasm_trap_t **trap);
uint8_t *wasmtime_memory_data(const wasmtime_context_t *context, const wasmtime_item_t *memory);
size_t wasmtime_memory_data_size(const wasmtime_context_t *context, const wasmtime_item_t *memory);
]])

return ffi
