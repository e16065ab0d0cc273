import { readdir, readlink } from 'node:fs/promises';

/** Pids of all processes in the pid namespace of process `pid`, as this process sees them, in their order. @throws ENOENT it has ended */
export async function pidsInNamespaceOf(pid: number): Promise<number[]> {
  const namespace = await readlink(`/proc/${pid}/ns/pid`);
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const inIt = await Promise.all(all.map(async (each) => (await namespaceOf(each)) === namespace));
  return all.filter((_, index) => inIt[index]).toSorted((a, b) => a - b);
}

/** Kills process `pid`, and with it all of its pid namespace; not when its number has gone to a process of our own meanwhile. */
export async function killWithNamespace(pid: number): Promise<void> {
  const namespace = await namespaceOf(pid);
  if (namespace !== undefined && namespace !== (await readlink('/proc/self/ns/pid'))) process.kill(pid, 'SIGKILL');
}

async function namespaceOf(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => undefined);
}
