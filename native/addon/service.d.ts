/**
 * Tells the service manager about the daemon (sd_notify(3)): sends `message`, such as READY=1, to the unix datagram socket
 * `path`, where a leading '@' means an abstract name. Returns at once. Throws an Error with `code`, `syscall` and `path`.
 */
export function notify(path: string, message: string): void;

/**
 * Sends one datagram to the unix socket `path`, from a thread of the pool: waits while the receiver has no room. Rejects with
 * an Error that has `code`, `syscall` and `path`.
 */
export function sendDatagram(path: string, message: Uint8Array): Promise<void>;

/** Gives the system back what malloc holds of freed memory (malloc_trim(3)); true when there was any. A few milliseconds. */
export function trim(): boolean;

/**
 * Drops the pages of programs and libraries that this process has in memory and has not changed (madvise(2)); what is used
 * again is taken from the page cache. Returns the size of the mappings in bytes. A few milliseconds.
 */
export function dropFilePages(): number;
