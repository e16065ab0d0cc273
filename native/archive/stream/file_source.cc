#include "archive/stream/file_source.h"

#include <cerrno>
#include <unistd.h>

namespace slipway::archive {

Status FileSource::read(Block& out) {
  const std::shared_ptr<std::uint8_t[]> buffer = newBlock();
  ssize_t got = 0;
  do got = ::read(file_, buffer.get(), block_size);
  while (got < 0 && errno == EINTR);
  if (got < 0) return failure("read");
  out = {buffer, Bytes(buffer.get(), static_cast<std::size_t>(got))};
  return success();
}

} // namespace slipway::archive
