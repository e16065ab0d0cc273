#include "archive/xattrs.h"

#include <algorithm>
#include <functional>
#include <sys/xattr.h>

namespace slipway::archive {

namespace {

/** Reads a value whose size may change between asking for it and reading it. */
bool readSized(std::string& out, const std::function<ssize_t(char*, std::size_t)>& read) {
  for (;;) {
    const ssize_t size = read(nullptr, 0);
    if (size <= 0) {
      out.clear();
      return size == 0;
    }
    out.resize(static_cast<std::size_t>(size));
    const ssize_t got = read(out.data(), out.size());
    if (got >= 0) out.resize(static_cast<std::size_t>(got));
    if (got >= 0 || errno != ERANGE) return got >= 0;
  }
}

template <typename List, typename Get>
Status list(std::vector<std::pair<std::string, std::string>>& out, List listNames, Get get) {
  std::string names;
  out.clear();
  if (!readSized(names, listNames)) return errno == ENOTSUP ? success() : failure("list xattrs");
  for (std::size_t at = 0; at < names.size();) {
    const std::string name = names.c_str() + at;
    at += name.size() + 1;
    std::string value;
    const bool got = readSized(value, [&](char* buffer, std::size_t size) { return get(name.c_str(), buffer, size); });
    // It may have gone since it was listed.
    if (!got && errno != ENODATA) return failure("get xattr", name);
    if (got) out.emplace_back(name, std::move(value));
  }
  std::sort(out.begin(), out.end());
  return success();
}

} // namespace

Status listXattrs(int fd, std::vector<std::pair<std::string, std::string>>& out) {
  return list(
      out, [fd](char* buffer, std::size_t size) { return flistxattr(fd, buffer, size); },
      [fd](const char* name, char* buffer, std::size_t size) { return fgetxattr(fd, name, buffer, size); });
}

Status listXattrs(const std::string& path, std::vector<std::pair<std::string, std::string>>& out) {
  const char* const at = path.c_str();
  return list(
      out, [at](char* buffer, std::size_t size) { return llistxattr(at, buffer, size); },
      [at](const char* name, char* buffer, std::size_t size) { return lgetxattr(at, name, buffer, size); });
}

} // namespace slipway::archive
