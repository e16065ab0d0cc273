// Bytes as a question of a container: what is answered holds the question and is no longer than the asker takes.
#include "resolver/names.h"

#include <cstdlib>

using namespace slipway::resolver;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Names* const names = [] {
    auto* made = new Names;
    made->set("e1", {"net1", "app", {10, 0, 0, 2}, {}, {"db", "store"}});
    made->set("e2", {"net1", "app", {10, 0, 0, 3}, Bytes(16, 1), {"web", "store"}});
    return made;
  }();
  const View view{.networks = {"net1"}, .links = {{"old", "db"}}};
  Query query;
  if (!parse({data, size}, query)) return 0;
  const auto records = names->answer(view, query);
  if (!records) return 0;
  const Bytes answer = respond(query, *records, query.room);
  if (answer.size() > query.room && answer.size() > 12 + query.question.size()) abort();
  if (answer.size() < 12 + query.question.size()) abort();
  return 0;
}
