import { readFile } from 'node:fs/promises';
import type { SystemInfo } from '../../api/generated/types.gen.js';

/** What the kernel is told to do with packets. */
export async function networkFacts(): Promise<Pick<SystemInfo, 'BridgeNfIptables' | 'BridgeNfIp6tables'> & { IPv4Forwarding: boolean }> {
  const [forwarding, bridged, bridged6] = await Promise.all(
    ['ipv4/ip_forward', 'bridge/bridge-nf-call-iptables', 'bridge/bridge-nf-call-ip6tables'].map(isSet),
  );
  return { IPv4Forwarding: forwarding ?? false, BridgeNfIptables: bridged ?? false, BridgeNfIp6tables: bridged6 ?? false };
}

/** A switch below /proc/sys/net; one that the kernel does not have is off. */
async function isSet(name: string): Promise<boolean> {
  const text = await readFile(`/proc/sys/net/${name}`, 'latin1').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '0';
    throw error;
  });
  return text.trim() === '1';
}

/** What `docker info` warns of when it is missing, in Docker's words. */
const WARNINGS = [
  ['MemoryLimit', 'No memory limit support'],
  ['SwapLimit', 'No swap limit support'],
  ['CpuCfsQuota', 'No cpu cfs quota support'],
  ['CpuCfsPeriod', 'No cpu cfs period support'],
  ['CPUShares', 'No cpu shares support'],
  ['CPUSet', 'No cpuset support'],
  ['IPv4Forwarding', 'IPv4 forwarding is disabled'],
] as const;

/** @returns null when there is nothing to warn of */
export function warningsOf(info: Partial<SystemInfo>): string[] | null {
  const warnings = WARNINGS.filter(([name]) => info[name] !== true).map(([, text]) => `WARNING: ${text}`);
  return warnings.length > 0 ? warnings : null;
}
