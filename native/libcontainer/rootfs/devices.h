#pragma once

#include "libcontainer/json.h"

/** What stands in a container's own /dev. */
namespace slipway::devices {

/**
 * Makes the nodes every container has (null, zero, full, random, urandom, tty), those of an OCI `linux.devices`, and
 * the links fd, stdin, stdout, stderr, ptmx. In a user namespace the host's nodes are bound instead of made.
 */
Status makeFromInit(int root, const json::Value& devices, bool user_namespace);

} // namespace slipway::devices
