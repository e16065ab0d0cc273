import { describe, expect, it } from 'vitest';
import type { HostConfig } from '../../api/generated/types.gen.js';
import { reachOf } from './reach.js';

const host = (HostConfig: HostConfig) => reachOf({ HostConfig }).host;

describe('what a container reaches for', () => {
  it('is nothing by default, nor with what only makes it stricter', () => {
    expect(reachOf({})).toEqual({ host: [], containers: [], volumes: [], networks: [] });
    const strict: HostConfig = {
      NetworkMode: 'bridge',
      SecurityOpt: ['no-new-privileges', 'no-new-privileges:true'],
      CapDrop: ['ALL'],
      LogConfig: { Type: 'local', Config: {} },
      OomScoreAdj: 100,
      Memory: 1_000_000,
      Tmpfs: { '/run': '' },
    };
    expect(reachOf({ HostConfig: strict })).toEqual({ host: [], containers: [], volumes: [], networks: [] });
  });

  it.each<[HostConfig, string]>([
    [{ Binds: ['/etc:/host:z,ro'] }, 'bind /etc, read-only'],
    [{ Binds: ['/etc:/host'] }, 'bind /etc'],
    [{ Mounts: [{ Type: 'bind', Source: '/etc', Target: '/host' }] }, 'bind /etc'],
    [
      {
        Mounts: [
          { Type: 'volume', Target: '/v', VolumeOptions: { DriverConfig: { Options: { type: 'none', o: 'bind', device: '/etc' } } } },
        ],
      },
      'volume driver local {"type":"none","o":"bind","device":"/etc"}',
    ],
    [{ SecurityOpt: ['no-new-privileges:false'] }, 'security option no-new-privileges:false'],
    [{ SecurityOpt: ['seccomp=unconfined'] }, 'security option seccomp=unconfined'],
    [{ CapAdd: ['cap_sys_admin'] }, 'capability SYS_ADMIN'],
    [{ MaskedPaths: [] }, 'masked paths []'],
    [{ UsernsMode: 'host' }, 'user namespace of the host'],
    [{ CgroupnsMode: 'host' }, 'cgroup namespace of the host'],
    [{ DeviceCgroupRules: ['a *:* rwm'] }, 'device rule a *:* rwm'],
    [{ Runtime: 'runc' }, 'runtime runc'],
    [{ LogConfig: { Type: 'gelf', Config: { 'gelf-address': 'udp://a' } } }, 'log driver gelf {"gelf-address":"udp://a"}'],
  ])('in %j is named', (config, thing) => expect(host(config)).toEqual([thing]));

  it('are other things by their names, wherever they are said', () => {
    const reach = reachOf({
      HostConfig: {
        NetworkMode: 'front',
        PidMode: 'container:one',
        VolumesFrom: ['two:ro', 'three'],
        Links: ['four:alias'],
        Binds: ['data:/data', '/anonymous'],
        Mounts: [{ Type: 'volume', Source: 'more', Target: '/more' }],
      },
      NetworkingConfig: { EndpointsConfig: { back: {}, bridge: {} } },
    });
    expect(reach).toEqual({
      host: [],
      containers: ['one', 'two', 'three', 'four'],
      volumes: ['data', 'more'],
      networks: ['front', 'back'],
    });
  });
});
