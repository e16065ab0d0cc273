#pragma once

#include <string>

/** The packet filter, spoken to in the language of nft(8) through libnftables. */
namespace slipway::nftables {

/** What a run of commands came to. */
struct Outcome {
  bool ok = false;
  /** What the commands printed, when they listed something. */
  std::string output;
  /** nft's own words when the commands were refused; none of them has taken effect then. */
  std::string error;
};

/** Runs `commands` as one transaction in the host's network namespace. One run at a time. */
Outcome run(const std::string& commands);

/**
 * Runs `commands` in the calling thread's network namespace.
 * The thread should end soon: giving the filter's socket back takes the kernel some 20 ms, so it is left to another.
 */
Outcome runHere(const std::string& commands);

} // namespace slipway::nftables
