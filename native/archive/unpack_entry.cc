// How each kind of entry is made.
#include "archive/attributes.h"
#include "archive/entry_path.h"
#include "archive/layer/whiteout.h"
#include "archive/rooted.h"
#include "archive/stream/write_all.h"
#include "archive/unpack.h"
#include "libcontainer/user.h"

#include <fcntl.h>
#include <isa-l/crc64.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace slipway::archive {

Status Unpacker::makeFile(TarReader& reader, const TarEntry& entry, Place& place) {
  Fd file;
  SLIPWAY_TRY(claim(place, false, "open", [&] {
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    file = Fd(openat(place.fd(), place.last.c_str(), flags, entry.mode & 0777U));
    return file.get();
  }));
  std::uint64_t crc = 0;
  SLIPWAY_TRY(writeData(reader, entry, file.get(), crc));
  SLIPWAY_TRY(setAttributes(file.get(), entry, !place.folder->setgid));
  size_ += entry.size;
  if (split_ == nullptr || entry.size == 0) return success();
  return split_->file(place.path(), crc, entry.segments);
}

Status Unpacker::writeData(TarReader& reader, const TarEntry& entry, int file, std::uint64_t& crc) {
  Bytes bytes;
  for (const Segment& segment : entry.segments) {
    std::uint64_t offset = segment.offset;
    for (std::uint64_t left = segment.length; left > 0;) {
      if (bytes.empty()) SLIPWAY_TRY(reader.read(bytes));
      const Bytes part = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size())));
      SLIPWAY_TRY(writeAllAt(file, part, offset, entry.name));
      if (split_ != nullptr) crc = crc64_ecma_refl(crc, part.data(), part.size());
      bytes = bytes.subspan(part.size());
      offset += part.size();
      left -= part.size();
    }
  }
  if (entry.real_size == entry.size) return success();
  return check(ftruncate(file, static_cast<off_t>(entry.real_size)), "truncate", entry.name);
}

Status Unpacker::makeFolder(const TarEntry& entry, Place& place) {
  bool fresh = true;
  SLIPWAY_TRY(claim(place, true, "mkdir", [&] {
    if (mkdirat(place.fd(), place.last.c_str(), entry.mode & 0777U) == 0) return 0;
    struct stat info{};
    if (errno != EEXIST || fstatat(place.fd(), place.last.c_str(), &info, AT_SYMLINK_NOFOLLOW) < 0) return -1;
    fresh = !S_ISDIR(info.st_mode);
    errno = EEXIST;
    return fresh ? -1 : 0;
  }));
  Fd folder;
  SLIPWAY_TRY(openBeneath(place.fd(), place.last, O_RDONLY | O_DIRECTORY, folder));
  if (uncovered_) SLIPWAY_TRY(setOpaque(folder.get()));
  SLIPWAY_TRY(setAttributes(folder.get(), entry, fresh && !place.folder->setgid));
  folder_times_.emplace_back(place.path(), entry.mtime);
  if (fresh) return success();
  folders_.describe(place.path());
  // Its setgid bit may have changed.
  folders_.clear();
  return success();
}

Status Unpacker::makeHardlink(const TarEntry& entry, Place& place) {
  std::string name;
  SLIPWAY_TRY(nameInRoot(entry.link, name));
  if (name.empty()) return malformed("archive has a hardlink to its root", entry.name);
  if (name == joinPath(place.above, place.last)) return success();
  // Opening the target's folder may close the place's, so it is found again.
  Place target;
  SLIPWAY_TRY(find(name, target));
  Fd from(fcntl(target.fd(), F_DUPFD_CLOEXEC, 0));
  SLIPWAY_TRY(folders_.open(place.above, place.folder));
  struct stat info{};
  const int found = fstatat(from.get(), target.last.c_str(), &info, AT_SYMLINK_NOFOLLOW);
  if (found < 0 || S_ISDIR(info.st_mode))
    return malformed("archive has a hardlink to something that is no file in it", entry.link);
  return claim(place, false, "link",
               [&] { return linkat(from.get(), target.last.c_str(), place.fd(), place.last.c_str(), 0); });
}

Status Unpacker::makeSymlink(const TarEntry& entry, Place& place) {
  SLIPWAY_TRY(
      claim(place, false, "symlink", [&] { return symlinkat(entry.link.c_str(), place.fd(), place.last.c_str()); }));
  return setAttributes(place.fd(), place.last, entry);
}

Status Unpacker::makeNode(const TarEntry& entry, Place& place) {
  const mode_t type = entry.kind == EntryKind::fifo ? S_IFIFO : entry.kind == EntryKind::block ? S_IFBLK : S_IFCHR;
  const dev_t device = entry.kind == EntryKind::fifo ? 0 : makedev(entry.major, entry.minor);
  // It would be a whiteout that no ".wh." has asked for.
  if (options_.layer && type == S_IFCHR && device == 0) return success();
  const Status made =
      claim(place, false, "mknod", [&] { return mknodat(place.fd(), place.last.c_str(), type | entry.mode, device); });
  // In a user namespace nobody can make or use devices: those of an image are left out, as Docker does when it is
  // rootless.
  if (made.error == EPERM && type != S_IFIFO && user::inNamespace()) return success();
  SLIPWAY_TRY(made);
  return setAttributes(place.fd(), place.last, entry);
}

} // namespace slipway::archive
