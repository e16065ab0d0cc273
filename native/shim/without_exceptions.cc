#include <cstdlib>

/**
 * What the standard library's headers call where they would throw. Without these, its own, with everything that
 * unwinds, demangles and prints, would be a third of the shim, which stays in memory with every container.
 */
namespace std {

[[noreturn]] void __throw_out_of_range_fmt(const char* format, ...);

void __throw_out_of_range_fmt(const char*, ...) {
  abort();
}

} // namespace std
