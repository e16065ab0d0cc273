#include "archive/owners.h"

#include "archive/stream/source.h"

#include <cstring>
#include <endian.h>
#include <linux/capability.h>
#include <utility>

namespace slipway::archive::owners {

namespace {

constexpr std::uint32_t nobody = 65534;
constexpr const char* capability = "security.capability";

struct Maps {
  std::vector<Range> uids;
  std::vector<Range> gids;

  bool empty() const { return uids.empty() && gids.empty(); }
};

Maps maps;

/** @return false when no range holds it; without ranges everything stays what it is */
bool translate(const std::vector<Range>& ranges, std::uint32_t Range::* from, std::uint32_t Range::* to,
               std::uint32_t& id) {
  if (ranges.empty()) return true;
  for (const Range& range : ranges) {
    if (id < range.*from || id - range.*from >= range.size) continue;
    id = range.*to + (id - range.*from);
    return true;
  }
  return false;
}

/** Capabilities of a file count in the user namespace whose root they name (VFS_CAP_REVISION_3, capabilities(7)). */
void nameRoot(std::string& value) {
  vfs_ns_cap_data data{};
  if (value.size() != XATTR_CAPS_SZ_2) return;
  memcpy(&data, value.data(), value.size());
  data.magic_etc = htole32((le32toh(data.magic_etc) & VFS_CAP_FLAGS_MASK) | VFS_CAP_REVISION_3);
  data.rootid = htole32(rootUser());
  value.assign(reinterpret_cast<const char*>(&data), XATTR_CAPS_SZ_3);
}

void forgetRoot(std::string& value) {
  vfs_ns_cap_data data{};
  if (value.size() != XATTR_CAPS_SZ_3) return;
  memcpy(&data, value.data(), value.size());
  data.magic_etc = htole32((le32toh(data.magic_etc) & VFS_CAP_FLAGS_MASK) | VFS_CAP_REVISION_2);
  value.assign(reinterpret_cast<const char*>(&data), XATTR_CAPS_SZ_2);
}

void changeCapabilities(TarEntry& entry, void (*change)(std::string& value)) {
  for (auto& [name, value] : entry.xattrs) {
    if (name == capability) change(value);
  }
}

} // namespace

void map(std::vector<Range> uids, std::vector<Range> gids) {
  maps = {std::move(uids), std::move(gids)};
}

Status toDisk(TarEntry& entry) {
  if (maps.empty()) return success();
  if (!translate(maps.uids, &Range::container, &Range::host, entry.uid) ||
      !translate(maps.gids, &Range::container, &Range::host, entry.gid)) {
    return malformed("archive has an owner for whom the range of the remapped user has no ID", entry.name);
  }
  changeCapabilities(entry, nameRoot);
  return success();
}

void toArchive(TarEntry& entry) {
  if (maps.empty()) return;
  if (!translate(maps.uids, &Range::host, &Range::container, entry.uid)) entry.uid = nobody;
  if (!translate(maps.gids, &Range::host, &Range::container, entry.gid)) entry.gid = nobody;
  changeCapabilities(entry, forgetRoot);
}

uid_t rootUser() {
  uid_t root = 0;
  return translate(maps.uids, &Range::container, &Range::host, root) ? root : nobody;
}

gid_t rootGroup() {
  gid_t root = 0;
  return translate(maps.gids, &Range::container, &Range::host, root) ? root : nobody;
}

} // namespace slipway::archive::owners
