#include "libcontainer/json.h"

#include <cstdint>
#include <doctest/doctest.h>
#include <string>

using namespace slipway;

namespace {

struct Document {
  explicit Document(std::string source) : text(std::move(source)) {
    const size_t size = text.size();
    text.push_back('\0');
    status = json::parse(arena, text.data(), size, root);
  }

  const json::Value& operator[](std::string_view key) const { return (*root)[key]; }

  Arena arena;
  std::string text;
  const json::Value* root = nullptr;
  Status status;
};

} // namespace

TEST_CASE("reads every kind of value") {
  const Document document(R"( {"a":[1,-2,true,null,"x"],"b":{"c":"d"},"e":1.5e3,"f":false} )");
  REQUIRE(document.status.ok());
  CHECK(document["a"].size() == 5);
  CHECK((*document["a"].begin()).integer() == 1);
  CHECK(document["b"]["c"].string() == "d");
  CHECK(document["e"].integer() == 1500);
  CHECK(document["f"].boolean(true) == false);
  CHECK(!document["a"]["nothing"]["at"]["all"]);
  CHECK(document["missing"].integer(7) == 7);
  CHECK(document["a"].contains("x"));
}

TEST_CASE("decodes strings in place") {
  const Document document(R"({"k":"a\"\\\/\b\f\n\r\té\u00e9\u20ac\ud83d\ude00"})");
  REQUIRE(document.status.ok());
  CHECK(document["k"].string() == "a\"\\/\b\f\n\r\t\xc3\xa9\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  CHECK(std::string(document["k"].c_str()).size() == document["k"].string().size());
}

TEST_CASE("clamps numbers that are too large") {
  const Document document(
      R"({"a":18446744073709551615,"b":18446744073709552000,"c":-9223372036854775808,"d":1e30,"e":-1})");
  REQUIRE(document.status.ok());
  CHECK(document["a"].natural() == UINT64_MAX);
  CHECK(document["b"].natural() == UINT64_MAX);
  CHECK(document["b"].integer() == INT64_MAX);
  CHECK(document["c"].integer() == INT64_MIN);
  CHECK(document["d"].natural() == UINT64_MAX);
  CHECK(document["e"].natural() == 0);
}

TEST_CASE("refuses what is no JSON") {
  for (const char* text : {"", "{", "[1,]", "{\"a\"}", "{\"a\":}", "tru", "\"a", "\"\\x\"", "\"\\u0000\"",
                           "\"\\ud800\"", "01x", "1.", "[1] 2", "\"a\nb\"", "-"}) {
    CAPTURE(text);
    CHECK(Document(text).status.error == EINVAL);
  }
  CHECK(Document(std::string(100, '[')).status.error == EINVAL);
}
