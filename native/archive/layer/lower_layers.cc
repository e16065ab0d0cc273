#include "archive/layer/lower_layers.h"

#include "archive/entry_path.h"
#include "archive/layer/whiteout.h"
#include "archive/rooted.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace slipway::archive {

namespace {

/** Whether a layer that lacks `path` hides it in the layers below: by an opaque folder, or by something that is no
 * folder. */
Status isHidden(int layer, const std::string& path, bool& out) {
  for (std::string_view above = parentOf(path);; above = parentOf(above)) {
    Fd folder;
    const Status status = openBeneath(layer, std::string(above), O_PATH | O_NOFOLLOW, folder);
    if (status.ok()) {
      struct stat info{};
      SLIPWAY_TRY(check(fstat(folder.get(), &info), "stat", above));
      out = !S_ISDIR(info.st_mode) || isOpaque(procPath(folder.get()).c_str());
      if (out) return success();
    } else if (status.error != ENOENT && status.error != ENOTDIR && status.error != ELOOP) {
      return status;
    }
    if (above.empty()) return success();
  }
}

} // namespace

Status LowerLayers::open(const std::vector<std::string>& diffs) {
  for (const std::string& diff : diffs) SLIPWAY_TRY(openFolder(diff, layers_.emplace_back()));
  return success();
}

Status LowerLayers::find(const std::string& path, Fd& out) const {
  for (const Fd& layer : layers_) {
    const Status status = openBeneath(layer.get(), path, O_PATH | O_NOFOLLOW, out);
    if (status.ok()) {
      struct stat info{};
      SLIPWAY_TRY(check(fstat(out.get(), &info), "stat", path));
      if (isWhiteout(info)) out.reset();
      return success();
    }
    if (status.error != ENOENT && status.error != ENOTDIR && status.error != ELOOP) return status;
    bool hidden = false;
    SLIPWAY_TRY(isHidden(layer.get(), path, hidden));
    if (hidden) return success();
  }
  return success();
}

} // namespace slipway::archive
