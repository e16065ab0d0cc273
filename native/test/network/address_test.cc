#include "network/address.h"
#include "network/link.h"

#include <doctest/doctest.h>

using namespace slipway;

TEST_CASE("addresses are read with their prefix, or as one host") {
  address::Address out;
  REQUIRE(address::parse("172.17.0.2/16", out));
  CHECK(out.prefix == 16);
  CHECK(out.bytes().size() == 4);
  CHECK(out.bytes()[0] == 172);
  REQUIRE(address::parse("172.17.0.1", out));
  CHECK(out.prefix == 32);
  REQUIRE(address::parse("fd00::2/64", out));
  CHECK(out.prefix == 64);
  CHECK(out.bytes().size() == 16);
}

TEST_CASE("what is no address is refused") {
  address::Address out;
  for (const char* text :
       {"", "/", "172.17.0.2/33", "172.17.0.2/", "172.17.0.2/1x", "172.17.0/16", "fd00::2/129", "eth0"})
    CHECK_FALSE(address::parse(text, out));
}

TEST_CASE("MAC addresses are read in their usual spelling only") {
  link::MacAddress out;
  REQUIRE(link::parseMac("02:42:ac:11:00:fF", out));
  CHECK(out == link::MacAddress{0x02, 0x42, 0xac, 0x11, 0x00, 0xff});
  for (const char* text : {"", "02:42:ac:11:00", "02:42:ac:11:00:0g", "02-42-ac-11-00-02", "02:42:ac:11:00:021"})
    CHECK_FALSE(link::parseMac(text, out));
}
