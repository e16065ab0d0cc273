#pragma once

#include "archive/stream/source.h"

#include <string>
#include <string_view>

namespace slipway::archive {

/**
 * Makes an archive's name relative to the root: "/a//./b/../c/" becomes "a/c", "/" and "." become "".
 * Fails when it climbs above the root.
 */
Status cleanName(std::string_view name, std::string& out);

/** "a/b/c" -> "a/b"; "c" -> "". */
std::string_view parentOf(std::string_view path);

/** "a/b/c" -> "c". */
std::string_view lastOf(std::string_view path);

/** `parent` and `name` with a slash between them if there is a parent. */
std::string joinPath(std::string_view parent, std::string_view name);

} // namespace slipway::archive
