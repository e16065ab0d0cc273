import { readFileSync } from 'node:fs';

/**
 * Whether this process is in a user namespace of its own, as when an ordinary user runs the daemon (see bin/slipwayd-rootless):
 * what takes rights over the host itself is not to be had then. user_namespaces(7)
 */
export const IN_USER_NAMESPACE = !/^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'latin1'));

/** Whether cgroups can be made for containers: not without rights over the host's. */
export const MAY_MAKE_CGROUPS = !IN_USER_NAMESPACE;
