import type { SandboxPort } from '../sandbox/sandbox.js';
import type { WantedPort } from './bindings.js';

/** What becomes of a sandbox's ports when something else is wanted of it. */
export interface PortChanges {
  readonly kept: readonly SandboxPort[];
  readonly gone: readonly SandboxPort[];
  readonly added: readonly WantedPort[];
}

/** @param ports those that were taken for `before` */
export function portChanges(ports: readonly SandboxPort[], before: readonly WantedPort[], after: readonly WantedPort[]): PortChanges {
  const held = new Map<string, SandboxPort[]>();
  const free = new Set(ports);
  // A wish for just one port has that; what is left is of those that any port would do for.
  for (const wanted of before.toSorted((a, b) => breadth(a) - breadth(b))) {
    const fitting = [...free].filter((port) => fits(port, wanted));
    const taken = fitting.filter(({ hostPort }) => hostPort === fitting[0]?.hostPort);
    for (const port of taken) free.delete(port);
    held.set(nameOf(wanted), taken);
  }
  const kept = after.flatMap((wanted) => held.get(nameOf(wanted)) ?? []);
  return {
    kept,
    gone: ports.filter((port) => !kept.includes(port)),
    added: after.filter((wanted) => !held.get(nameOf(wanted))?.length),
  };
}

function fits({ key, hostIp, hostPort }: SandboxPort, wanted: WantedPort): boolean {
  const [first, last] = wanted.hostPorts ?? [0, 65535];
  const inRange = hostPort === 0 || (hostPort >= first && hostPort <= last);
  return key === wanted.key && (wanted.hostIp === undefined || hostIp === wanted.hostIp) && inRange;
}

function breadth({ hostPorts, hostIp }: WantedPort): number {
  return (hostPorts ? hostPorts[1] - hostPorts[0] : 65536) * 2 + (hostIp === undefined ? 1 : 0);
}

function nameOf({ key, hostIp = '', hostPorts }: WantedPort): string {
  return `${key} ${hostIp} ${hostPorts?.join('-') ?? ''}`;
}
