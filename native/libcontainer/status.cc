#include "libcontainer/status.h"

#include <cstring>

namespace slipway {

Status failure(int error, const char* operation, std::string_view path) {
  Status status{.error = error, .operation = operation};
  if (path.size() >= Status::path_size) path.remove_prefix(path.size() - Status::path_size + 1);
  if (!path.empty()) memcpy(status.path, path.data(), path.size());
  return status;
}

} // namespace slipway
