#pragma once

#include "archive/stream/source.h"

#include <string>
#include <string_view>

struct stat;

namespace slipway::archive {

/** What a name in a layer tar asks for (OCI image spec, layer.md "Whiteouts"). */
enum class Whiteout { none, file, opaque, ignored };

/**
 * What the last part of a name means. `target`: for `file`, the name that is hidden.
 * Other names that begin with ".wh..wh." are aufs's own files. Fails for a whiteout of nothing, "." or "..".
 */
Status parseWhiteout(std::string_view last, Whiteout& kind, std::string& target);

/** Hides `name` of lower layers as overlayfs does: a 0/0 character device (kernel docs, overlayfs "whiteouts and opaque
 * directories"). */
Status makeWhiteout(int parent, const std::string& name);

/** Takes a whiteout away, if `name` is one. */
Status removeWhiteout(int parent, const std::string& name, bool& was);

/** Hides everything that lower layers have in a folder. */
Status setOpaque(int parent, const std::string& name);
Status setOpaque(int folder);

bool isWhiteout(const struct stat& info);

/** Name of the xattr that makes a folder opaque: trusted, or in a user namespace, which may set no such one, of the
 * user. */
const char* opaqueXattr();

/** Whether the folder `path`, a link being followed, hides what lower layers have in it. */
bool isOpaque(const char* path);

} // namespace slipway::archive
