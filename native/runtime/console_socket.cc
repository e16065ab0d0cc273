#include "runtime/console_socket.h"

#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

namespace slipway::runtime::console_socket {

Status connect(const char* path, Fd& connection) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address.sun_path) return failure(ENAMETOOLONG, "connect to console socket", path);
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  connection = Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connection) return failure("socket");
  return check(::connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address),
               "connect to console socket", path);
}

Status send(int connection, int master) {
  char name[] = "/dev/ptmx";
  iovec part{name, sizeof name - 1};
  alignas(cmsghdr) char ancillary[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = ancillary;
  header.msg_controllen = sizeof ancillary;
  cmsghdr* rights = CMSG_FIRSTHDR(&header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(rights), &master, sizeof master);
  return check(sendmsg(connection, &header, MSG_NOSIGNAL), "send terminal");
}

} // namespace slipway::runtime::console_socket
