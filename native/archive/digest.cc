#include "archive/digest.h"

#include <array>
#include <cstdlib>
#include <openssl/evp.h>

namespace slipway::archive {

// EVP fails here only when OpenSSL cannot allocate or has no SHA-256: there is nothing to fall back to.
static void must(bool worked) {
  if (!worked) abort();
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  must(context_ != nullptr && EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(context_);
}

void Sha256::update(Bytes bytes) {
  must(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  std::array<unsigned char, 32> digest{};
  must(EVP_DigestFinal_ex(context_, digest.data(), nullptr) == 1);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "sha256:";
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

Status DigestSource::read(Block& out) {
  SLIPWAY_TRY(from_.read(out));
  digest_.update(out.bytes);
  size_ += out.bytes.size();
  return success();
}

} // namespace slipway::archive
