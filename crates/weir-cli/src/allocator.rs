//! The allocator: jemalloc, because memory has to go back to the system when a job ends.
//!
//! Why this one, with the measurements: `docs/decisions/0001-allocator.md`.

use weir_memory::Budget;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Few arenas, dirty pages returned within half a second by a thread of the allocator's own.
#[cfg(feature = "jemalloc")]
#[allow(unsafe_code, non_upper_case_globals)]
// SAFETY: jemalloc reads this symbol once, at its start; it is a static, NUL-terminated string and nothing
// else in the program has this name.
#[unsafe(export_name = "_rjem_malloc_conf")]
static malloc_conf: Option<&'static std::ffi::c_char> = {
    static TEXT: &[u8] = b"narenas:4,background_thread:true,dirty_decay_ms:500,muzzy_decay_ms:0\0";
    // SAFETY: the pointer is to the first byte of a NUL-terminated static.
    Some(unsafe { &*TEXT.as_ptr().cast::<std::ffi::c_char>() })
};

/// Lets the budget ask the allocator for what it keeps.
pub fn connect(budget: &Budget) {
    #[cfg(feature = "jemalloc")]
    budget.set_give_back(purge);
    #[cfg(not(feature = "jemalloc"))]
    let _ = budget;
}

/// Gives every page that is free back to the system.
#[cfg(feature = "jemalloc")]
#[allow(unsafe_code)]
fn purge() {
    // 4096 is MALLCTL_ARENAS_ALL.
    // SAFETY: `arena.<i>.purge` takes and returns nothing; a null pointer is what `mallctl` documents for
    // that, and the name is NUL-terminated.
    let _ = unsafe { tikv_jemalloc_ctl::raw::write(b"arena.4096.purge\0", ()) };
}
