#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slipway {

/**
 * Memory that is given out piece by piece and given back all at once: chunks of anonymous mmap, so that a shim
 * that has set up its container holds none of what it needed for that. Nothing in it is ever destructed.
 */
class Arena {
public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  ~Arena() { release(); }

  /** Zeroed memory; ends the process when the machine has none left. */
  void* allocate(size_t size, size_t alignment = alignof(std::max_align_t));

  template <typename T, typename... Args> T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  template <typename T> T* array(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(allocate(count * sizeof(T), alignof(T)));
  }

  /** The parts one after another, NUL-terminated. */
  template <typename... Parts> const char* join(Parts... parts) {
    const std::string_view views[] = {std::string_view(parts)...};
    return joinViews(views, sizeof...(parts));
  }

  /** Gives every chunk back to the kernel. */
  void release();

private:
  struct Chunk {
    Chunk* next;
    size_t size;
  };

  const char* joinViews(const std::string_view* views, size_t count);

  Chunk* chunks_ = nullptr;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

} // namespace slipway
