import { readFile, writeFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { EndpointSettings } from '../../api/generated/types.gen.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import type { Container } from '../../container/container.js';
import { Containers } from '../../container/store.js';
import { type SandboxFiles, Sandboxes } from '../../network/sandboxes.js';
import { containerFiles } from '../container/rootfs/paths.js';

/** What connecting and disconnecting do to a container besides its interfaces: its record, and its files in /etc. */
@Injectable()
export class Attachment {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    private readonly containers: Containers,
    private readonly sandboxes: Sandboxes,
  ) {}

  /** Replaces the endpoints a container is configured to have at its next start. @param detached whether its mode adds none */
  configure(container: Container, endpoints: Record<string, EndpointSettings | null>, detached: boolean): void {
    const { record } = container;
    this.containers.setRecord(container, { ...record, detached, networking: { ...record.networking, EndpointsConfig: endpoints } });
  }

  /** Changes a running container's network by `change`, and then its files as far as nobody inside has edited them. */
  async change(container: Container, change: () => Promise<void>): Promise<void> {
    const before = await this.sandboxes.files(container.id);
    await change();
    const after = await this.sandboxes.files(container.id);
    const paths = containerFiles(this.config, container.id);
    for (const file of ['hosts', 'resolvConf'] as const) await rewrite(paths[file], file, before, after);
    container.summary = undefined;
  }

  /** Tells the running containers that are linked to this one its address, which may be another than at its last run. */
  async tellLinked({ id }: Container): Promise<void> {
    for (const [linking, lines] of this.sandboxes.linesAbout(id)) {
      const { hosts } = containerFiles(this.config, linking);
      const content = lines.length > 0 ? await readFile(hosts, 'utf8') : '';
      const changed = lines.reduce(withAddressOf, content);
      if (changed !== content) await writeFile(hosts, changed);
    }
  }
}

/** A hosts file in which the line with the same names as `line` has its address. */
function withAddressOf(content: string, line: string): string {
  const names = line.slice(line.indexOf('\t'));
  return content
    .split('\n')
    .map((each) => (each.endsWith(names) ? line : each))
    .join('\n');
}

/** Written in place: the file is bound into the container, which would not see another one of that name. */
async function rewrite(path: string, file: keyof SandboxFiles, before: SandboxFiles, after: SandboxFiles): Promise<void> {
  if (before[file] !== after[file] && (await readFile(path, 'utf8')) === before[file]) await writeFile(path, after[file]);
}
