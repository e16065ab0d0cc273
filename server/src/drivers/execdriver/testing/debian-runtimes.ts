import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The v2 hierarchy of hosts that have cgroups v1 and v2 at once. */
const UNIFIED = '/sys/fs/cgroup/unified';

const PATHS = { runc: '/usr/sbin/runc', crun: '/usr/bin/crun' } as const;

/**
 * Path of a runtime that Debian has. crun refuses a host whose v2 hierarchy has controllers beside v1: there it is run
 * where that hierarchy is not mounted, by a script in `folder`.
 */
export function debianRuntime(name: keyof typeof PATHS, folder: string): string {
  const path = PATHS[name];
  if (!existsSync(path)) throw new Error(`tests of OCI runtimes need Debian's ${name}: apt-get install ${name}`);
  const controllers = join(UNIFIED, 'cgroup.controllers');
  if (name === 'runc' || !existsSync(controllers) || readFileSync(controllers, 'utf8').trim() === '') return path;
  const script = `mount --make-private ${UNIFIED} && umount ${UNIFIED} && exec ${path} "$@"`;
  const wrapper = join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(wrapper, `#!/bin/sh\nexec unshare --mount --propagation unchanged sh -c '${script}' ${name} "$@"\n`, { mode: 0o755 });
  return wrapper;
}
