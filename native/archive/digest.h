#pragma once

#include "archive/stream/source.h"

#include <memory>
#include <string>

struct evp_md_ctx_st;

namespace slipway::archive {

/** A running SHA-256. */
class Sha256 {
public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(Bytes bytes);

  /** "sha256:" and 64 hex digits; once. */
  std::string finish();

private:
  evp_md_ctx_st* context_;
};

/** Passes a stream on, hashing and counting it. */
class DigestSource final : public Source {
public:
  explicit DigestSource(Source& from) : from_(from) {}

  Status read(Block& out) override;

  void cancel() override { from_.cancel(); }

  std::uint64_t size() const { return size_; }

  /** Of everything that was read; once. */
  std::string finish() { return digest_.finish(); }

private:
  Source& from_;
  Sha256 digest_;
  std::uint64_t size_ = 0;
};

} // namespace slipway::archive
