#include "resolver/names.h"

#include <algorithm>
#include <doctest/doctest.h>

using namespace slipway::resolver;

namespace {

Bytes packetFor(const std::string& name, uint16_t type, const Bytes& more = {}) {
  Bytes out{0xab, 0xcd, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, static_cast<uint8_t>(more.empty() ? 0 : 1)};
  const Record labels = nameRecord(name);
  out.insert(out.end(), labels.begin(), labels.end());
  for (const uint8_t byte : {uint8_t(type >> 8), uint8_t(type), uint8_t(0), uint8_t(1)}) out.push_back(byte);
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

/** An OPT record that takes answers of 1,232 bytes. */
const Bytes opt{0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0};

/** The records of an answer, each as its numbers; nothing when somebody else is to be asked. */
std::optional<std::vector<std::string>> ask(const Names& names, const View& view, const std::string& name,
                                            uint16_t type = type_a) {
  const Bytes packet = packetFor(name, type);
  Query query;
  REQUIRE(parse(packet, query));
  const auto records = names.answer(view, query);
  if (!records) return std::nullopt;
  std::vector<std::string> out;
  for (const auto& record : *records) {
    out.emplace_back();
    for (const uint8_t byte : record) out.back() += (out.back().empty() ? "" : ".") + std::to_string(byte);
  }
  return out;
}

using Texts = std::vector<std::string>;

Names someNames() {
  Names names;
  names.set("e1", {"net1", "app", {10, 0, 0, 2}, {}, {"db", "store"}});
  names.set("e2", {"net1", "app", {10, 0, 0, 3}, Bytes(16, 1), {"web", "store"}});
  names.set("e3", {"net2", "vault", {10, 0, 1, 2}, {}, {"db"}});
  return names;
}

} // namespace

TEST_CASE("names are found in the networks of who asks, plain and with the network's name behind them") {
  Names names = someNames();
  const View view{.networks = {"net1"}};
  CHECK(ask(names, view, "DB") == Texts{"10.0.0.2"});
  CHECK(ask(names, view, "db.App") == Texts{"10.0.0.2"});
  CHECK(ask(names, view, "db", type_aaaa) == Texts{});
  CHECK(ask(names, view, "web", type_aaaa) == Texts{"1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1"});
  CHECK(ask(names, view, "web", 16) == Texts{});
  CHECK_FALSE(ask(names, view, "db.vault"));
  CHECK_FALSE(ask(names, {.networks = {"net3"}}, "db"));
  CHECK(ask(names, {.networks = {"net1", "net2"}}, "db")->size() == 2);
  CHECK(ask(names, {.networks = {"net1"}, .links = {{"base", "db"}}}, "base") == Texts{"10.0.0.2"});
  names.remove("e1");
  names.remove("e1");
  CHECK_FALSE(ask(names, view, "db"));
  CHECK(names.ids() == std::set<std::string>{"e2", "e3"});
}

TEST_CASE("a shared name gives all addresses, each first at times") {
  const Names names = someNames();
  std::set<std::string> first;
  for (int i = 0; i < 200; ++i) {
    const auto records = ask(names, {.networks = {"net1"}}, "store");
    REQUIRE(records->size() == 2);
    first.insert(records->front());
  }
  CHECK(first.size() == 2);
}

TEST_CASE("addresses lead back to names") {
  const Names names = someNames();
  const View view{.networks = {"net1"}};
  CHECK(ask(names, view, "2.0.0.10.in-addr.arpa", type_ptr) == Texts{"2.100.98.3.97.112.112.0"});
  std::string six;
  for (int i = 0; i < 16; ++i) six += "1.0.";
  CHECK(ask(names, view, six + "ip6.arpa", type_ptr) == Texts{"3.119.101.98.3.97.112.112.0"});
  CHECK_FALSE(ask(names, view, "9.0.0.10.in-addr.arpa", type_ptr));
  CHECK(reversed("256.0.0.10.in-addr.arpa").empty());
  CHECK(reversed("0.0.10.in-addr.arpa").empty());
}

TEST_CASE("an answer repeats the question, and what does not fit is left out and said so") {
  const Bytes packet = packetFor("Store", type_a);
  Query query;
  REQUIRE(parse(packet, query));
  CHECK(query.name == "store");
  CHECK(query.room == 512);
  const Bytes answer = respond(query, {{10, 0, 0, 2}}, query.room);
  CHECK(std::equal(packet.begin(), packet.begin() + 2, answer.begin()));
  CHECK((answer[2] & 0x80) != 0);
  CHECK(answer[7] == 1);
  CHECK(std::equal(packet.begin() + 12, packet.end(), answer.begin() + 12));
  CHECK(answer.size() == packet.size() + 16);
  const std::vector<Record> many(100, Record{10, 0, 0, 2});
  const Bytes cut = respond(query, many, query.room);
  CHECK(cut.size() <= 512);
  CHECK((cut[2] & 0x02) != 0);
  const Bytes larger = packetFor("store", type_a, opt);
  REQUIRE(parse(larger, query));
  CHECK(query.room == 1232);
  CHECK((respond(query, {}, 512, server_failure)[3] & 15) == server_failure);
}

TEST_CASE("what is no query gets no answer") {
  Query query;
  Bytes packet = packetFor("db", type_a);
  for (size_t size = 0; size < packet.size(); ++size) CHECK_FALSE(parse(std::span(packet).first(size), query));
  packet[2] = 0x81;
  CHECK_FALSE(parse(packet, query));
  packet = packetFor("db", type_a);
  packet[12] = 0xc0;
  CHECK_FALSE(parse(packet, query));
}
