#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/** DNS messages (RFC 1035), as far as the embedded server reads and writes them. */
namespace slipway::resolver {

using Bytes = std::vector<uint8_t>;

inline constexpr uint16_t type_a = 1;
inline constexpr uint16_t type_ptr = 12;
inline constexpr uint16_t type_aaaa = 28;

inline constexpr uint8_t server_failure = 2;

/** A query with one question. */
struct Query {
  uint16_t id = 0;
  uint16_t flags = 0;
  /** Lower-case, without the dot at its end. */
  std::string name;
  uint16_t type = 0;
  /** The question as it came, which the answer repeats. */
  std::span<const uint8_t> question;
  /** Bytes of the longest answer that the asker takes over UDP. */
  size_t room = 512;
};

/** Reads a query. @return false for everything else: it gets no answer */
bool parse(std::span<const uint8_t> packet, Query& out);

/** The data of one record of an answer. */
using Record = Bytes;

/** The data of a PTR record. */
Record nameRecord(const std::string& name);

/** The address that a name in in-addr.arpa or ip6.arpa (RFC 3596) stands for, 4 or 16 bytes; empty when it is no such
 * name. */
Bytes reversed(const std::string& name);

/** An answer with records of the asked type; what `room` does not hold is left out and the answer marked as truncated.
 */
Bytes respond(const Query& query, const std::vector<Record>& records, size_t room, uint8_t code = 0);

} // namespace slipway::resolver
