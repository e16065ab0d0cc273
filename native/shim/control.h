#pragma once

#include "shim/loop.h"
#include "shim/protocol.h"

#include <string_view>

namespace slipway::shim {

/** One control connection; it takes one request at a time. */
struct Connection {
  Source source;
  Connection* next;
  size_t received;
  protocol::Request request;
};

/** The control connections of a shim: the daemon's own, and those made through its socket. */
class Control {
public:
  /**
   * @param handle called with each request
   * @param deserted called when the last connection has gone
   */
  void setUp(Loop& loop, void (*handle)(Connection&, const protocol::Request&), void (*deserted)());

  /** Listens on the path socket `name` in the working folder, for root alone. */
  Status listen(const char* name);

  Status add(Fd connection);

  /** Gives a connection's socket away, which then is no control connection any more. */
  Fd take(Connection& connection);

  /** Sends an answer; a connection that does not take it is dropped. */
  void send(Connection& connection, protocol::Kind kind, uint32_t sequence, uint32_t value, std::string_view payload);

  /** Sends an event to every connection. */
  void broadcast(protocol::Kind kind, uint32_t value, std::string_view payload);

  /** A connection that is still there, for answers that come later. */
  bool has(const Connection* connection) const;

  bool empty() const { return connections_ == nullptr; }

private:
  static void accept(Source& source, uint32_t events);
  static void receive(Source& source, uint32_t events);
  void drop(Connection& connection);
  void unlinkConnection(Connection& connection);

  Loop* loop_ = nullptr;
  void (*handle_)(Connection&, const protocol::Request&) = nullptr;
  void (*deserted_)() = nullptr;
  Source listener_;
  Connection* connections_ = nullptr;
};

} // namespace slipway::shim
