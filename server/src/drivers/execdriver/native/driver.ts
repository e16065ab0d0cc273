import { mkdir, readdir, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { runtime } from '../../../libcontainer/index.js';
import type { ContainerCommand, ContainerProcess, ExecDriver, ExitStatus, OciSpec, Rootfs, RootfsRequest } from '../driver.js';
import { launchOptions, launchShim, readJson } from '../launch.js';
import { NativeProcess, type NativePlace } from './container-process.js';
import { EndedProcess } from '../ended-process.js';
import { requireKernel } from './kernel.js';
import { viewRootfs } from '../rootfs.js';
import { connectShim } from '../shim-socket.js';
import { readUsage } from '../usage.js';

interface LinuxSection {
  readonly cgroupsPath?: string;
  readonly seccomp?: unknown;
}

const linuxOf = (spec: OciSpec) => (spec['linux'] ?? {}) as LinuxSection;

/** Runs containers with our own runtime: native/libcontainer, one shim for each. */
export class NativeDriver implements ExecDriver {
  readonly name = 'native';
  private readonly root: string;
  private made: Promise<unknown> | undefined;
  private readonly profiles = new Set<string>();
  private readonly cgroupParents = new Set<string>();

  /** @param execRoot folder, absolute, in which everything lies that does not outlive a boot */
  constructor(execRoot: string) {
    requireKernel();
    this.root = join(execRoot, 'containers');
  }

  async create(command: ContainerCommand): Promise<ContainerProcess> {
    await (this.made ??= mkdir(this.root, { recursive: true, mode: 0o700 }));
    const bundle = this.bundle(command.id);
    const linux = linuxOf(command.spec);
    this.remember(linux.cgroupsPath);
    const profile = this.profileOf(linux);
    const shim = await launchShim({
      bundle,
      config: JSON.stringify({ ...command.spec, process: { ...(command.spec['process'] as object), terminal: command.tty } }),
      options: JSON.stringify(launchOptions(command)),
      seccomp: profile,
    });
    const place: NativePlace = { id: command.id, bundle, cgroup: linux.cgroupsPath ?? '', seccomp: profile, shim: shim.pid };
    const process = new NativeProcess(place, new Socket({ fd: shim.control, readable: true, writable: true }));
    try {
      await process.created();
    } catch (error) {
      await process.dispose();
      throw error;
    }
    return process;
  }

  async adopt(id: string): Promise<ContainerProcess | undefined> {
    const bundle = this.bundle(id);
    const spec = await readJson<OciSpec>(join(bundle, 'config.json'));
    if (spec === undefined) {
      await rm(bundle, { recursive: true, force: true });
      return undefined;
    }
    const linux = linuxOf(spec);
    const cgroup = linux.cgroupsPath ?? '';
    this.remember(cgroup);
    try {
      const place = { id, bundle, cgroup, seccomp: this.profileOf(linux), shim: 0 };
      const process = new NativeProcess(place, await connectShim(bundle));
      await process.adopted();
      return process;
    } catch {
      return this.adoptRecord(id, bundle, cgroup);
    }
  }

  readonly usage = readUsage;

  openRootfs(request: RootfsRequest): Promise<Rootfs> {
    return viewRootfs(request);
  }

  async list(): Promise<string[]> {
    try {
      return await readdir(this.root);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** The daemon ends: parents of cgroups go that hold no container any more. */
  async onApplicationShutdown(): Promise<void> {
    for (const parent of this.cgroupParents) if (parent !== '/') await runtime.removeEmpty(parent);
  }

  /** Parents of cgroups that this driver makes, to take them away in the end. */
  private remember(cgroup = ''): void {
    if (cgroup !== '') this.cgroupParents.add(dirname(cgroup));
  }

  private bundle(id: string): string {
    return join(this.root, id);
  }

  /** The seccomp profile as JSON. Equal ones are one string, since nearly all containers have the same. */
  private profileOf({ seccomp }: LinuxSection): string {
    if (seccomp === undefined || seccomp === null) return '';
    const profile = JSON.stringify(seccomp);
    for (const known of this.profiles) if (known === profile) return known;
    this.profiles.add(profile);
    return profile;
  }

  /** No shim answers: it has ended in order and left a record, or was killed, and then its container goes, too. */
  private async adoptRecord(id: string, bundle: string, cgroup: string): Promise<ContainerProcess | undefined> {
    const status = await readJson<ExitStatus>(join(bundle, 'exit.json'));
    if (status !== undefined) return new EndedProcess(id, bundle, cgroup, status);
    await runtime.destroy(cgroup);
    await rm(bundle, { recursive: true, force: true });
    return undefined;
  }
}
