#include "network/nftables.h"

#include "network/filter_watch.h"

#include <memory>
#include <mutex>
#include <nftables/libnftables.h>
#include <thread>

namespace slipway::nftables {

namespace {

struct Free {
  void operator()(nft_ctx* context) const { nft_ctx_free(context); }
};

using Context = std::unique_ptr<nft_ctx, Free>;

Context make() {
  Context context(nft_ctx_new(NFT_CTX_DEFAULT));
  if (!context) return context;
  nft_ctx_buffer_output(context.get());
  nft_ctx_buffer_error(context.get());
  nft_ctx_output_set_flags(context.get(), NFT_CTX_OUTPUT_NUMERIC_PROTO | NFT_CTX_OUTPUT_HANDLE);
  return context;
}

Outcome run(nft_ctx* context, const std::string& commands) {
  if (context == nullptr) return {false, {}, "cannot set up libnftables"};
  Outcome outcome;
  outcome.ok = nft_run_cmd_from_buffer(context, commands.c_str()) == 0;
  if (const char* output = nft_ctx_get_output_buffer(context)) outcome.output = output;
  if (const char* error = nft_ctx_get_error_buffer(context)) outcome.error = error;
  return outcome;
}

/** libnftables keeps state outside its contexts, so one command runs at a time in the whole process. */
std::mutex turn;

} // namespace

Outcome run(const std::string& commands) {
  noteOwnThread();
  static const Context host = make();
  const std::lock_guard held(turn);
  return run(host.get(), commands);
}

Outcome runHere(const std::string& commands) {
  const std::lock_guard held(turn);
  Context context = make();
  Outcome outcome = run(context.get(), commands);
  std::thread([leaving = std::move(context)] {}).detach();
  return outcome;
}

} // namespace slipway::nftables
