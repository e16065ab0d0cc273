#include "libcontainer/arena.h"

#include <cstdint>
#include <cstdlib>
#include <sys/mman.h>

namespace slipway {

static constexpr size_t chunk_size = 256 * 1024;

void* Arena::allocate(size_t size, size_t alignment) {
  const auto align = [alignment](char* p) {
    const auto address = reinterpret_cast<uintptr_t>(p);
    return p + ((address + alignment - 1) / alignment * alignment - address);
  };
  char* start = at_ == nullptr ? nullptr : align(at_);
  if (start == nullptr || size > static_cast<size_t>(end_ - at_) || start + size > end_) {
    size_t wanted = sizeof(Chunk) + size + alignment;
    wanted = wanted < chunk_size ? chunk_size : (wanted + 4095) / 4096 * 4096;
    void* memory = mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) abort();
    chunks_ = new (memory) Chunk{chunks_, wanted};
    at_ = static_cast<char*>(memory) + sizeof(Chunk);
    end_ = static_cast<char*>(memory) + wanted;
    start = align(at_);
  }
  at_ = start + size;
  return start;
}

const char* Arena::joinViews(const std::string_view* views, size_t count) {
  size_t size = 1;
  for (size_t i = 0; i < count; i++) size += views[i].size();
  char* text = array<char>(size);
  char* at = text;
  for (size_t i = 0; i < count; i++) {
    if (!views[i].empty()) memcpy(at, views[i].data(), views[i].size());
    at += views[i].size();
  }
  *at = '\0';
  return text;
}

void Arena::release() {
  while (chunks_ != nullptr) {
    Chunk* next = chunks_->next;
    munmap(chunks_, chunks_->size);
    chunks_ = next;
  }
  at_ = end_ = nullptr;
}

} // namespace slipway
