#include "archive/unpack.h"

#include "archive/attributes.h"
#include "archive/entry_path.h"
#include "archive/layer/whiteout.h"
#include "archive/listing.h"
#include "archive/owners.h"
#include "archive/remove_tree.h"
#include "archive/rooted.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

namespace slipway::archive {

Unpacker::Unpacker(int root, UnpackOptions options, SplitWriter* split, int layer)
    : root_(root), options_(std::move(options)), split_(split), layer_(layer), folders_(root) {}

std::string Unpacker::Place::path() const {
  return joinPath(folder->path, last);
}

std::vector<std::string> Unpacker::takeImplied() {
  std::vector<std::string> implied = folders_.takeImplied();
  if (!root_described_) implied.emplace_back();
  return implied;
}

Status Unpacker::unpack(TarReader& reader) {
  // With its own umask the thread gives files their mode as they are made, which saves a call for each.
  SLIPWAY_TRY(check(unshare(CLONE_FS), "unshare fs"));
  umask(0);
  for (TarEntry next;;) {
    bool end = false;
    SLIPWAY_TRY(reader.next(next, end));
    if (end) return setFolderTimes();
    if (options_.owner) std::tie(next.uid, next.gid) = *options_.owner;
    if (options_.mode) next.mode = *options_.mode;
    SLIPWAY_TRY(owners::toDisk(next));
    SLIPWAY_TRY(entry(reader, next));
  }
}

Status Unpacker::entry(TarReader& reader, const TarEntry& entry) {
  std::string name;
  SLIPWAY_TRY(nameInRoot(entry.name, name));
  if (name.empty()) return rootFolder(entry);
  Place place;
  SLIPWAY_TRY(find(name, place));
  bool done = false;
  if (options_.layer || options_.apply) SLIPWAY_TRY(whiteout(place, done));
  return done ? success() : make(reader, entry, place);
}

Status Unpacker::nameInRoot(std::string_view name, std::string& out) const {
  SLIPWAY_TRY(cleanName(name, out));
  if (options_.folder.empty() || out.empty()) return success();
  return cleanName(options_.folder + "/" + out, out);
}

Status Unpacker::find(const std::string& name, Place& out) {
  out.above = parentOf(name);
  out.last = lastOf(name);
  return folders_.open(out.above, out.folder);
}

Status Unpacker::rootFolder(const TarEntry& entry) {
  if (entry.kind != EntryKind::directory) return malformed("archive has a root that is no folder", entry.name);
  if (options_.keep_kinds) return success();
  root_described_ = true;
  folders_.clear();
  folder_times_.emplace_back("", entry.mtime);
  return setAttributes(root_, entry, false);
}

Status Unpacker::whiteout(const Place& place, bool& done) {
  Whiteout kind = Whiteout::none;
  std::string target;
  SLIPWAY_TRY(parseWhiteout(place.last, kind, target));
  done = kind != Whiteout::none;
  if (options_.apply && (kind == Whiteout::opaque || kind == Whiteout::file)) {
    return deleteHidden(place, kind == Whiteout::opaque, target);
  }
  if (kind == Whiteout::opaque) return setOpaque(place.fd());
  return kind == Whiteout::file ? makeWhiteout(place.fd(), target) : success();
}

/** An opaque folder's mark stands before what the layer has in it. */
Status Unpacker::deleteHidden(const Place& place, bool opaque, const std::string& target) {
  const Fd folder(fcntl(place.fd(), F_DUPFD_CLOEXEC, 0));
  folders_.clear();
  if (!opaque) return removeTree(folder.get(), target);
  std::vector<ListedName> names;
  SLIPWAY_TRY(listFolder(folder.get(), names));
  for (const ListedName& name : names) SLIPWAY_TRY(removeTree(folder.get(), name.name));
  return success();
}

Status Unpacker::make(TarReader& reader, const TarEntry& entry, Place& place) {
  uncovered_ = false;
  switch (entry.kind) {
  case EntryKind::file:
    return makeFile(reader, entry, place);
  case EntryKind::directory:
    return makeFolder(entry, place);
  case EntryKind::hardlink:
    return makeHardlink(entry, place);
  case EntryKind::symlink:
    return makeSymlink(entry, place);
  case EntryKind::character:
  case EntryKind::block:
  case EntryKind::fifo:
    return makeNode(entry, place);
  }
  return success();
}

Status Unpacker::claim(Place& place, bool folder, const char* operation, const std::function<int()>& attempt) {
  if (attempt() >= 0) return success();
  if (errno == EEXIST) {
    SLIPWAY_TRY(vacate(place, folder));
    if (attempt() >= 0) return success();
  }
  return failure(operation, place.path());
}

Status Unpacker::vacate(Place& place, bool folder) {
  struct stat info{};
  SLIPWAY_TRY(check(fstatat(place.fd(), place.last.c_str(), &info, AT_SYMLINK_NOFOLLOW), "stat", place.path()));
  if (options_.layer && isWhiteout(info)) {
    uncovered_ = true;
    return check(unlinkat(place.fd(), place.last.c_str(), 0), "unlink", place.path());
  }
  if (options_.keep_kinds && S_ISDIR(info.st_mode) != folder) {
    return failure(folder ? ENOTDIR : EISDIR, folder ? "cannot overwrite non-directory" : "cannot overwrite directory",
                   place.path());
  }
  const bool has_content = S_ISREG(info.st_mode) || S_ISDIR(info.st_mode);
  if (split_ != nullptr && has_content)
    SLIPWAY_TRY(shadow(place));
  else
    SLIPWAY_TRY(removeTree(place.fd(), place.last));
  folders_.clear();
  return folders_.open(place.above, place.folder);
}

Status Unpacker::shadow(const Place& place) {
  const std::string name(split::shadow_folder);
  if (!shadow_) {
    if (mkdirat(layer_, name.c_str(), 0700) < 0 && errno != EEXIST) return failure("mkdir", name);
    SLIPWAY_TRY(openBeneath(layer_, name, O_RDONLY | O_DIRECTORY, shadow_));
  }
  const std::string number = std::to_string(shadows_);
  SLIPWAY_TRY(check(renameat(place.fd(), place.last.c_str(), shadow_.get(), number.c_str()), "rename", place.path()));
  return split_->shadowed(place.path(), shadows_++);
}

Status Unpacker::setFolderTimes() {
  folders_.clear();
  for (const auto& [path, mtime] : folder_times_) {
    Fd folder;
    const Status status = openBeneath(root_, path, O_RDONLY | O_DIRECTORY, folder);
    // A later entry may have put something else in its place.
    if (status.error == ENOENT || status.error == ENOTDIR || status.error == ELOOP) continue;
    SLIPWAY_TRY(status);
    SLIPWAY_TRY(setTimes(folder.get(), mtime, path));
  }
  return success();
}

} // namespace slipway::archive
