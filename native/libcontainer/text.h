#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace slipway {

/** Decimal digits of `value`, written before `end`; returns where they start. */
inline char* formatNumber(uint64_t value, char* end) {
  do {
    *--end = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  return end;
}

/** A NUL-terminated text of at most `capacity` - 1 bytes on the stack; what is too long is cut, and `cut()` tells. */
template <size_t capacity> class Text {
public:
  Text() { text_[0] = '\0'; }

  template <typename... Parts> explicit Text(std::string_view first, Parts... parts) : Text() {
    append(first);
    (append(parts), ...);
  }

  Text& append(std::string_view part) {
    const size_t room = capacity - 1 - size_;
    const size_t taken = part.size() < room ? part.size() : room;
    cut_ = cut_ || taken < part.size();
    if (taken != 0) memcpy(text_ + size_, part.data(), taken);
    size_ += taken;
    text_[size_] = '\0';
    return *this;
  }

  Text& number(int64_t value) {
    char digits[24];
    char* end = digits + sizeof digits;
    const auto magnitude = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    char* start = formatNumber(magnitude, end);
    if (value < 0) *--start = '-';
    return append(std::string_view(start, static_cast<size_t>(end - start)));
  }

  /** As the inside of a JSON string. */
  Text& json(std::string_view part) {
    static constexpr char hex[] = "0123456789abcdef";
    for (const char c : part) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        const char pair[] = {'\\', c};
        append(std::string_view(pair, 2));
      } else if (byte < 0x20) {
        const char code[] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
        append(std::string_view(code, 6));
      } else {
        append(std::string_view(&c, 1));
      }
    }
    return *this;
  }

  const char* c_str() const { return text_; }

  std::string_view view() const { return {text_, size_}; }

  bool cut() const { return cut_; }

private:
  size_t size_ = 0;
  bool cut_ = false;
  char text_[capacity];
};

using PathText = Text<4096>;

} // namespace slipway
