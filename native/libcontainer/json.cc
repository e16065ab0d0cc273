#include "libcontainer/json.h"

#include "libcontainer/text.h"

#include <cstdlib>

namespace slipway::json {

static constexpr int deepest = 64;

const Value& Value::operator[](std::string_view key) const {
  static const Value missing;
  if (type_ != Type::object) return missing;
  for (const Value& member : *this) {
    if (member.key_ == key) return member;
  }
  return missing;
}

size_t Value::size() const {
  size_t count = 0;
  for (const Value* at = first_; at != nullptr; at = at->next_) count++;
  return count;
}

int64_t Value::integer(int64_t otherwise) const {
  if (type_ != Type::number) return otherwise;
  const bool negative = text_[0] == '-';
  const uint64_t size = magnitude();
  constexpr uint64_t most = INT64_MAX;
  if (negative) return size > most ? INT64_MIN : -static_cast<int64_t>(size);
  return static_cast<int64_t>(size > most ? most : size);
}

/** Digits before the point, moved by a positive exponent; strtod(3) would be a large part of the shim. */
uint64_t Value::magnitude() const {
  uint64_t value = strtoull(text_.data() + (text_[0] == '-' ? 1 : 0), nullptr, 10);
  const size_t letter = text_.find_first_of("eE");
  if (letter == text_.npos) return value;
  uint64_t scale = 0, fraction = text_.find('.') + 1;
  for (long exponent = strtol(text_.data() + letter + 1, nullptr, 10); exponent > 0; exponent--) {
    const bool digit = fraction != 0 && fraction + scale < letter;
    if (__builtin_mul_overflow(value, 10U, &value)) return UINT64_MAX;
    value += digit ? static_cast<uint64_t>(text_[fraction + scale++] - '0') : 0;
  }
  return value;
}

uint64_t Value::natural(uint64_t otherwise) const {
  if (type_ != Type::number) return otherwise;
  return text_[0] == '-' ? 0 : magnitude();
}

bool Value::contains(std::string_view text) const {
  for (const Value& element : *this) {
    if (element.string() == text) return true;
  }
  return false;
}

class Parser {
public:
  Parser(Arena& arena, char* text, size_t size) : arena_(arena), start_(text), at_(text), end_(text + size) {
    *end_ = '\0';
  }

  Status document(const Value*& result) {
    Value* value = arena_.make<Value>();
    if (!parseValue(*value, 0)) return invalid();
    skipSpace();
    if (at_ != end_) return invalid();
    result = value;
    return success();
  }

private:
  Status invalid() const {
    Text<64> where;
    where.append("offset ").number(at_ - start_);
    return failure(EINVAL, "parse JSON", where.view());
  }

  void skipSpace() {
    while (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r') at_++;
  }

  bool take(char wanted) {
    skipSpace();
    if (*at_ != wanted) return false;
    // The end of a number before this separator is marked by this NUL.
    *at_++ = '\0';
    return true;
  }

  bool parseValue(Value& value, int depth) {
    if (depth > deepest) return false;
    skipSpace();
    switch (*at_) {
    case '{':
      return parseMembers(value, Value::Type::object, '}', depth);
    case '[':
      return parseMembers(value, Value::Type::array, ']', depth);
    case '"':
      value.type_ = Value::Type::string;
      return parseString(value.text_);
    case 't':
      return parseWord(value, Value::Type::boolean, "true");
    case 'f':
      return parseWord(value, Value::Type::boolean, "false");
    case 'n':
      return parseWord(value, Value::Type::null, "null");
    default:
      return parseNumber(value);
    }
  }

  bool parseWord(Value& value, Value::Type type, std::string_view word) {
    if (static_cast<size_t>(end_ - at_) < word.size() || std::string_view(at_, word.size()) != word) return false;
    value.type_ = type;
    value.text_ = word;
    at_ += word.size();
    return true;
  }

  bool digits() {
    const char* from = at_;
    while (*at_ >= '0' && *at_ <= '9') at_++;
    return at_ > from;
  }

  bool parseNumber(Value& value) {
    char* from = at_;
    if (*at_ == '-') at_++;
    if (!digits()) return false;
    if (*at_ == '.') {
      at_++;
      if (!digits()) return false;
    }
    if (*at_ == 'e' || *at_ == 'E') {
      at_++;
      if (*at_ == '+' || *at_ == '-') at_++;
      if (!digits()) return false;
    }
    value.type_ = Value::Type::number;
    value.text_ = std::string_view(from, static_cast<size_t>(at_ - from));
    return true;
  }

  bool parseMembers(Value& value, Value::Type type, char close, int depth) {
    value.type_ = type;
    at_++;
    if (take(close)) return true;
    Value** link = &value.first_;
    for (;;) {
      Value* member = arena_.make<Value>();
      if (type == Value::Type::object) {
        skipSpace();
        if (*at_ != '"' || !parseString(member->key_) || !take(':')) return false;
      }
      if (!parseValue(*member, depth + 1)) return false;
      *link = member;
      link = &member->next_;
      if (take(close)) return true;
      if (!take(',')) return false;
    }
  }

  bool parseString(std::string_view& text) {
    char* from = ++at_;
    char* to = from;
    while (*at_ != '"') {
      if (static_cast<unsigned char>(*at_) < 0x20) return false;
      if (*at_ != '\\') {
        *to++ = *at_++;
      } else if (!parseEscape(to)) {
        return false;
      }
    }
    at_++;
    *to = '\0';
    text = std::string_view(from, static_cast<size_t>(to - from));
    return true;
  }

  bool parseEscape(char*& to) {
    static constexpr std::string_view names = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
    const char name = at_[1];
    if (name == 'u') return parseUnicode(to);
    const size_t index = name == '\0' ? names.npos : names.find(name);
    if (index == names.npos) return false;
    *to++ = values[index];
    at_ += 2;
    return true;
  }

  bool parseHex(uint32_t& code) {
    if (at_[0] != '\\' || at_[1] != 'u') return false;
    code = 0;
    for (int i = 2; i < 6; i++) {
      const char c = at_[i];
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return false;
      code = code * 16 + static_cast<uint32_t>(digit);
    }
    at_ += 6;
    return true;
  }

  bool parseUnicode(char*& to) {
    uint32_t code = 0, low = 0;
    if (!parseHex(code) || code == 0) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      if (!parseHex(low) || low < 0xdc00 || low > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) {
      return false;
    }
    const auto put = [&to](uint32_t byte) { *to++ = static_cast<char>(byte); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xc0 | code >> 6), put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
    } else {
      put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 0x3f)), put(0x80 | (code >> 6 & 0x3f)),
          put(0x80 | (code & 0x3f));
    }
    return true;
  }

  Arena& arena_;
  char* start_;
  char* at_;
  char* end_;
};

Status parse(Arena& arena, char* text, size_t size, const Value*& result) {
  return Parser(arena, text, size).document(result);
}

} // namespace slipway::json
