#pragma once

#include "libcontainer/json_log.h"
#include "shim/loop.h"

#include <cstdint>
#include <string_view>

namespace slipway::shim {

/** The child's ends of its stdio; moved into the child. */
struct ChildStdio {
  Fd fds[3];
};

/**
 * Holds a process's stdio: writes its log and serves attached connections. One piece of output is under way at a
 * time; while a connection has not taken it the process is not read from, so memory never grows.
 */
class Stdio {
public:
  /** @param when_ended called each time there is no more output to come and none under way */
  void setUp(Loop& loop, JsonLog* log, void (*when_ended)());

  /** Makes pipes for the streams named (protocol::Streams), /dev/null for the others. */
  Status makePipes(uint32_t streams, bool close_after_input, ChildStdio& child);

  /** Takes the master end of a terminal: one raw stream both ways. */
  Status setTerminal(Fd master);

  /** Begins to read output. */
  void begin();

  /** Serves a connection that wants these streams (protocol::Streams). */
  Status attach(Fd connection, uint32_t streams);

  void resize(uint16_t rows, uint16_t columns);

  bool ended() const;

  /** Stops waiting for slow connections and for holders of the output that outlived the process; logs what is there. */
  void finish();

  /** Ends every connection. */
  void closeConnections();

private:
  static constexpr size_t header_size = 8;
  static constexpr size_t chunk_size = 32 * 1024;
  static constexpr size_t input_size = 16 * 1024;

  struct Output {
    Source source;
    bool paused = false;
  };

  struct Client {
    Source source;
    Client* next;
    uint32_t streams;
    size_t sent;
    bool behind;
    bool input_open;
    bool watched;
  };

  static void outputReady(Source& source, uint32_t events);
  static void clientReady(Source& source, uint32_t events);
  static void inputReady(Source& source, uint32_t events);

  void readOutput(int stream);
  void closeOutput(int stream);
  void setPaused(bool paused);
  void sendChunk(Client& client);
  void catchUp();
  void watch(Client& client);
  void drop(Client& client);
  void readInput(Client& client);
  void endInput(Client& client);
  void writeInput();
  void closeInput();

  Loop* loop_ = nullptr;
  JsonLog* log_ = nullptr;
  void (*ended_)() = nullptr;
  bool terminal_ = false;
  bool close_after_input_ = false;
  Output outputs_[2];
  Client* clients_ = nullptr;
  unsigned behind_ = 0;
  int chunk_stream_ = 0;
  size_t chunk_used_ = 0;
  Source input_;
  size_t input_at_ = 0;
  size_t input_end_ = 0;
  /** Input is left over because the process has not read what it has. */
  bool input_waits_ = false;
  bool close_input_when_written_ = false;
  unsigned char chunk_[header_size + chunk_size];
  char input_buffer_[input_size];
};

} // namespace slipway::shim
