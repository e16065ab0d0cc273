import { readFile } from 'node:fs/promises';
import type { ContainerNetworkStats } from '../api/generated/types.gen.js';

/**
 * Counters of the interfaces of process `pid`'s network namespace, by name, without loopback.
 * A process that has ended has none.
 */
export async function networkCounters(pid: number): Promise<Record<string, ContainerNetworkStats>> {
  try {
    return parseCounters(await readFile(`/proc/${pid}/net/dev`, 'latin1'));
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')) return {};
    throw error;
  }
}

/** Reads /proc/net/dev; see proc_pid_net(5). */
export function parseCounters(table: string): Record<string, ContainerNetworkStats> {
  const interfaces = table
    .split('\n')
    .slice(2)
    .filter(Boolean)
    .map((line) => line.trim().split(/[:\s]+/));
  return Object.fromEntries(
    interfaces.filter(([name]) => name !== 'lo').map(([name = '', ...counters]) => [name, toStats(counters.map(Number))]),
  );
}

function toStats(counters: readonly number[]): ContainerNetworkStats {
  const [rx_bytes = 0, rx_packets = 0, rx_errors = 0, rx_dropped = 0, , , , , tx_bytes = 0, tx_packets = 0, tx_errors = 0, tx_dropped = 0] =
    counters;
  return { rx_bytes, rx_packets, rx_errors, rx_dropped, tx_bytes, tx_packets, tx_errors, tx_dropped };
}
