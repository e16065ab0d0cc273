import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';

interface Call {
  readonly Name?: string;
  readonly ID?: string;
  readonly Opts?: Record<string, string>;
}

type Method = (call: Call) => object;

/** A volume plugin as third parties write them: folders of its own behind Docker's protocol on a unix socket. */
export class PluginServer {
  /** Every call it got, as `Method Name`. */
  readonly calls: string[] = [];
  readonly volumes = new Map<string, { opts: Record<string, string>; users: Set<string> }>();
  private readonly server: Server;

  /** @param root folder for the volumes @param overrides answers in place of its own, by method */
  constructor(
    private readonly root: string,
    private readonly overrides: Record<string, Method> = {},
  ) {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const answer: { Err?: string } = this.answer(request.url?.slice(1) ?? '', (text ? JSON.parse(text) : {}) as Call);
        response.writeHead(answer.Err ? 500 : 200, { 'content-type': 'application/vnd.docker.plugins.v1.2+json' });
        response.end(JSON.stringify(answer));
      });
    });
  }

  async listen(where: string | number): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(where as string, resolve));
    return this;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(method: string, call: Call): object {
    this.calls.push(call.Name === undefined ? method : `${method} ${call.Name}`);
    return (this.overrides[method] ?? this.methods[method])?.(call) ?? { Err: `no method ${method}` };
  }

  private readonly methods: Record<string, Method> = {
    'Plugin.Activate': () => ({ Implements: ['VolumeDriver'] }),
    'VolumeDriver.Capabilities': () => ({ Capabilities: { Scope: 'global' } }),
    'VolumeDriver.Create': ({ Name = '', Opts = {} }) => {
      mkdirSync(join(this.root, Name), { recursive: true });
      if (!this.volumes.has(Name)) this.volumes.set(Name, { opts: Opts, users: new Set() });
      return { Err: '' };
    },
    'VolumeDriver.Remove': (call) =>
      this.on(call, (name) => {
        rmSync(join(this.root, name), { recursive: true });
        this.volumes.delete(name);
        return {};
      }),
    'VolumeDriver.Mount': (call) =>
      this.on(call, (name, users) => {
        users.add(call.ID ?? '');
        return { Mountpoint: join(this.root, name) };
      }),
    'VolumeDriver.Unmount': (call) => this.on(call, (_, users) => (users.delete(call.ID ?? '') ? {} : { Err: 'it is not mounted' })),
    'VolumeDriver.Path': (call) => this.on(call, (name) => ({ Mountpoint: join(this.root, name) })),
    'VolumeDriver.Get': (call) => this.on(call, (name, users) => ({ Volume: this.volume(name, users) })),
    'VolumeDriver.List': () => ({ Volumes: [...this.volumes].map(([name, { users }]) => this.volume(name, users)) }),
  };

  private volume(name: string, users: Set<string>): object {
    return { Name: name, Mountpoint: join(this.root, name), CreatedAt: '2026-01-02T03:04:05Z', Status: { users: users.size } };
  }

  private on({ Name = '' }: Call, work: (name: string, users: Set<string>) => object): object {
    const volume = this.volumes.get(Name);
    return volume ? work(Name, volume.users) : { Err: `volume ${Name} not found` };
  }
}
