#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/status.h"

#include <string_view>

namespace slipway::file {

/** Reads all of an open file from its start into the arena, NUL-terminated; EFBIG over `limit` bytes. */
Status read(Arena& arena, int fd, char*& text, size_t& size, size_t limit = 64 << 20);

/** The same of the file at `path`, resolved from the folder `at`. */
Status read(Arena& arena, int at, const char* path, char*& text, size_t& size, size_t limit = 64 << 20);

/** Writes `text` in one write(2), as the kernel's own files want it; `operation` names it in the Status. */
Status write(int at, const char* path, std::string_view text, const char* operation = "write");

/** Writes all bytes, going on after short writes and EINTR. */
Status writeAll(int fd, std::string_view text, const char* operation = "write");

/** Makes `path` with `text` appear whole or not at all: temporary name, rename(2). */
Status replace(int at, const char* path, std::string_view text, unsigned mode);

} // namespace slipway::file
