#include "archive/entry_path.h"

#include <vector>

namespace slipway::archive {

Status cleanName(std::string_view name, std::string& out) {
  out.clear();
  for (std::string_view rest = name; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (out.empty()) return malformed("archive has a name that climbs out of its root", name);
      out.resize(parentOf(out).size());
      continue;
    }
    if (!out.empty()) out += '/';
    out += part;
  }
  return success();
}

std::string_view parentOf(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view lastOf(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string joinPath(std::string_view parent, std::string_view name) {
  std::string path(parent);
  if (!path.empty()) path += '/';
  return path += name;
}

} // namespace slipway::archive
