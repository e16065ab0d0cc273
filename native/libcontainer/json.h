#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/status.h"

#include <cstdint>
#include <iterator>
#include <string_view>

namespace slipway::json {

/**
 * One value of a parsed document (RFC 8259). Looking up what is not there gives an empty value, so that optional
 * parts of a spec read as `spec["linux"]["resources"]["pids"]["limit"].integer(0)`.
 */
class Value {
public:
  enum class Type : uint8_t { missing, null, boolean, number, string, array, object };

  class Iterator {
  public:
    explicit Iterator(const Value* at) : at_(at) {}

    const Value& operator*() const { return *at_; }

    Iterator& operator++() {
      at_ = at_->next_;
      return *this;
    }

    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

  private:
    const Value* at_;
  };

  /** True unless missing or null. */
  explicit operator bool() const { return type_ > Type::null; }

  Type type() const { return type_; }

  /** The member of an object, an empty value when there is none. */
  const Value& operator[](std::string_view key) const;

  /** Elements of an array or members of an object. */
  Iterator begin() const { return Iterator(first_); }

  Iterator end() const { return Iterator(nullptr); }

  size_t size() const;

  /** Name of this member within its object. */
  std::string_view key() const { return key_; }

  /** Text of a string, "" for anything else. */
  std::string_view string() const { return type_ == Type::string ? text_ : std::string_view(""); }

  /** The same, NUL-terminated. */
  const char* c_str() const { return string().data(); }

  bool boolean(bool otherwise = false) const { return type_ == Type::boolean ? text_[0] == 't' : otherwise; }

  /** A whole number, clamped to the range of the type; `otherwise` for anything that is not a number. */
  int64_t integer(int64_t otherwise = 0) const;
  uint64_t natural(uint64_t otherwise = 0) const;

  /** True when an array of strings holds `text`. */
  bool contains(std::string_view text) const;

private:
  friend class Parser;

  uint64_t magnitude() const;

  Type type_ = Type::missing;
  std::string_view key_;
  std::string_view text_;
  Value* first_ = nullptr;
  Value* next_ = nullptr;
};

/**
 * Parses `text` in place: strings are decoded and NUL-terminated inside it, so it must live as long as the values.
 * @param text `size` bytes, followed by one writable byte
 * @return EINVAL with the offset of the mistake as path; strings that hold a NUL are refused
 */
Status parse(Arena& arena, char* text, size_t size, const Value*& result);

} // namespace slipway::json
