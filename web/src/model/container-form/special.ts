import { t } from '@/language';
import type { ContainerCreateRequest } from '@/client/containers';
import { linesOf, type FormField } from './field';

type Host = NonNullable<ContainerCreateRequest['HostConfig']>;
const host = (body: ContainerCreateRequest): Host => (body.HostConfig ??= {});

/** `[ADDRESS:][HOST:]CONTAINER[/PROTOCOL]` with ranges; undefined for what is none. */
function readPort(line: string): { key: string; HostIp?: string; HostPort: string }[] | undefined {
  const [, ip, from, container = '', protocol = 'tcp'] =
    /^(?:(?:(\[[^\]]+\]|[^:]*):)?([\d-]*):)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/.exec(line) ?? [];
  const range = (text: string): number[] => {
    const [first = 0, last = first] = text.split('-').map(Number);
    return first < 1 || last > 65535 || last < first ? [] : Array.from({ length: last - first + 1 }, (_, step) => first + step);
  };
  const targets = range(container);
  const hosts = from ? range(from) : [];
  if (targets.length === 0 || (from && hosts.length !== targets.length && targets.length > 1)) return undefined;
  return targets.map((target, step) => ({
    key: `${target}/${protocol}`,
    ...(ip && { HostIp: ip.replace(/^\[|\]$/g, '') }),
    HostPort: from ? (targets.length === 1 ? from : String(hosts[step])) : '',
  }));
}

/** @param problem name of what the form says of a line that fails the test */
const eachLine = (test: (line: string) => boolean, problem: string) => (value: string) => {
  const line = linesOf(value).find((item) => !test(item));
  return line === undefined ? undefined : t(`form.errors.${problem}`, { line });
};

export const publish: FormField = {
  flag: 'publish',
  short: 'p',
  tab: 'network',
  control: 'lines',
  placeholder: '8080:80\n127.0.0.1:5353:53/udp',
  compose: 'ports',
  check: eachLine((line) => readPort(line) !== undefined, 'publish'),
  read: (body) =>
    Object.entries(body.HostConfig?.PortBindings ?? {})
      .flatMap(([key, bindings]) =>
        (bindings ?? []).map(({ HostIp = '', HostPort = '' }) => {
          const ip = HostIp.includes(':') ? `[${HostIp}]` : HostIp;
          return `${ip ? `${ip}:` : ''}${HostPort || ip ? `${HostPort}:` : ''}${key.replace(/\/tcp$/, '')}`;
        }),
      )
      .join('\n'),
  write: (body, value) => {
    const before = Object.keys(body.HostConfig?.PortBindings ?? {});
    const bindings: Record<string, { HostIp?: string; HostPort: string }[]> = {};
    for (const line of linesOf(value)) for (const { key, ...binding } of readPort(line) ?? []) (bindings[key] ??= []).push(binding);
    // A published port is an exposed one; those that are published no more are taken back.
    const exposed = Object.keys(body.ExposedPorts ?? {}).filter((key) => !before.includes(key));
    const all = [...exposed, ...Object.keys(bindings)];
    if (all.length > 0) body.ExposedPorts = Object.fromEntries(all.map((key) => [key, {}]));
    else delete body.ExposedPorts;
    if (Object.keys(bindings).length > 0) host(body).PortBindings = bindings;
    else delete host(body).PortBindings;
  },
};

export const expose: FormField = {
  flag: 'expose',
  tab: 'network',
  control: 'lines',
  placeholder: '3000',
  compose: 'expose',
  check: eachLine((line) => /^\d+(\/\w+)?$/.test(line), 'expose'),
  read: (body) =>
    Object.keys(body.ExposedPorts ?? {})
      .filter((key) => !(body.HostConfig?.PortBindings ?? {})[key])
      .join('\n'),
  write: (body, value) => {
    const published = Object.keys(body.HostConfig?.PortBindings ?? {});
    const all = [...published, ...linesOf(value).map((line) => (line.includes('/') ? line : `${line}/tcp`))];
    if (all.length > 0) body.ExposedPorts = Object.fromEntries(all.map((key) => [key, {}]));
    else delete body.ExposedPorts;
  },
};

/** The first network is the one the container's mode names; a line may carry `,ip=`, `,ip6=` and `,alias=`. */
export const network: FormField = {
  flag: 'network',
  tab: 'network',
  control: 'lines',
  placeholder: 'bridge',
  read: (body) => {
    const endpoints = body.NetworkingConfig?.EndpointsConfig ?? {};
    const mode = body.HostConfig?.NetworkMode ?? '';
    const names = [...new Set([...(mode ? [mode] : []), ...Object.keys(endpoints)])];
    return names
      .map((name) => {
        const { IPAMConfig, Aliases } = endpoints[name] ?? {};
        const options = [
          ...(IPAMConfig?.IPv4Address ? [`ip=${IPAMConfig.IPv4Address}`] : []),
          ...(IPAMConfig?.IPv6Address ? [`ip6=${IPAMConfig.IPv6Address}`] : []),
          ...(Aliases ?? []).map((alias) => `alias=${alias}`),
        ];
        return options.length > 0 ? [`name=${name}`, ...options].join(',') : name;
      })
      .join('\n');
  },
  write: (body, value) => {
    const wanted = linesOf(value).map((line) => {
      const parts = line.includes('=') ? line.split(',') : [`name=${line}`];
      const values = (key: string) => parts.filter((part) => part.startsWith(`${key}=`)).map((part) => part.slice(key.length + 1));
      const addresses = {
        ...(values('ip')[0] && { IPv4Address: values('ip')[0] }),
        ...(values('ip6')[0] && { IPv6Address: values('ip6')[0] }),
      };
      return { name: values('name')[0] ?? '', addresses, aliases: values('alias') };
    });
    const before = body.NetworkingConfig?.EndpointsConfig ?? {};
    const endpoints = Object.fromEntries(
      wanted
        .filter(({ name }) => !/^(host|none|bridge|default|container:.*)$/.test(name) || wanted.length > 1)
        .map(({ name, addresses, aliases }) => {
          const { IPAMConfig: _, Aliases: __, ...rest } = before[name] ?? {};
          return [
            name,
            {
              ...rest,
              ...(Object.keys(addresses).length > 0 && { IPAMConfig: addresses }),
              ...(aliases.length > 0 && { Aliases: aliases }),
            },
          ];
        }),
    );
    if (wanted[0]) host(body).NetworkMode = wanted[0].name;
    else delete host(body).NetworkMode;
    if (Object.keys(endpoints).length > 0) body.NetworkingConfig = { EndpointsConfig: endpoints };
    else delete body.NetworkingConfig;
  },
};

export const restart: FormField = {
  flag: 'restart',
  tab: 'general',
  control: 'choice',
  choices: ['', 'always', 'unless-stopped', 'on-failure', 'on-failure:3', 'on-failure:10'],
  compose: 'restart',
  read: ({ HostConfig }) => {
    const { Name = '', MaximumRetryCount = 0 } = HostConfig?.RestartPolicy ?? {};
    return Name === 'no' ? '' : MaximumRetryCount ? `${Name}:${MaximumRetryCount}` : Name;
  },
  write: (body, value) => {
    const [name = '', count = '0'] = value.split(':');
    if (name) host(body).RestartPolicy = { Name: name as 'always', MaximumRetryCount: Number(count) };
    else delete host(body).RestartPolicy;
  },
};

const DEVICE = /^[^:]+(:[^:]+(:[rwm]+)?)?$/;

export const device: FormField = {
  flag: 'device',
  tab: 'resources',
  control: 'lines',
  placeholder: '/dev/fuse',
  compose: 'devices',
  check: eachLine((line) => DEVICE.test(line), 'device'),
  read: ({ HostConfig }) =>
    (HostConfig?.Devices ?? [])
      .map(({ PathOnHost = '', PathInContainer = '', CgroupPermissions = '' }) =>
        [
          PathOnHost,
          ...(PathInContainer !== PathOnHost || CgroupPermissions !== 'rwm' ? [PathInContainer] : []),
          ...(CgroupPermissions !== 'rwm' ? [CgroupPermissions] : []),
        ].join(':'),
      )
      .join('\n'),
  write: (body, value) => {
    const devices = linesOf(value).map((line) => {
      const [PathOnHost = '', PathInContainer = PathOnHost, CgroupPermissions = 'rwm'] = line.split(':');
      return { PathOnHost, PathInContainer, CgroupPermissions };
    });
    if (devices.length > 0) host(body).Devices = devices;
    else delete host(body).Devices;
  },
};

export const ulimit: FormField = {
  flag: 'ulimit',
  tab: 'resources',
  control: 'lines',
  placeholder: 'nofile=1024:4096',
  check: eachLine((line) => /^\w+=-?\d+(:-?\d+)?$/.test(line), 'ulimit'),
  read: ({ HostConfig }) =>
    (HostConfig?.Ulimits ?? []).map(({ Name = '', Soft = 0, Hard = 0 }) => `${Name}=${Soft}${Hard !== Soft ? `:${Hard}` : ''}`).join('\n'),
  write: (body, value) => {
    const limits = linesOf(value).map((line) => {
      const [Name = '', values = ''] = line.split('=');
      const [soft = '', hard = soft] = values.split(':');
      return { Name, Soft: Number(soft), Hard: Number(hard) };
    });
    if (limits.length > 0) host(body).Ulimits = limits;
    else delete host(body).Ulimits;
  },
};

export const tmpfs: FormField = {
  flag: 'tmpfs',
  tab: 'storage',
  control: 'lines',
  placeholder: '/run:size=64m',
  compose: 'tmpfs',
  check: eachLine((line) => line.startsWith('/'), 'tmpfs'),
  read: ({ HostConfig }) =>
    Object.entries(HostConfig?.Tmpfs ?? {})
      .map(([path, options]) => (options ? `${path}:${options}` : path))
      .join('\n'),
  write: (body, value) => {
    const entries = linesOf(value).map((line) => [line.split(':')[0] ?? '', line.split(':').slice(1).join(':')]);
    if (entries.length > 0) host(body).Tmpfs = Object.fromEntries(entries);
    else delete host(body).Tmpfs;
  },
};

/** The command of a health check, as a shell reads it. */
export const healthCommand: FormField = {
  flag: 'health-cmd',
  tab: 'health',
  control: 'text',
  placeholder: 'curl -f http://localhost/ || exit 1',
  read: ({ Healthcheck }) => {
    const [kind, ...rest] = Healthcheck?.Test ?? [];
    return kind === 'CMD-SHELL' ? (rest[0] ?? '') : kind === 'CMD' ? rest.join(' ') : '';
  },
  write: (body, value) => {
    const before = body.Healthcheck?.Test?.[0];
    if (value.trim()) {
      if (healthCommand.read(body) !== value) body.Healthcheck = { ...body.Healthcheck, Test: ['CMD-SHELL', value.trim()] };
    } else if (before && before !== 'NONE') {
      const { Test: _, ...rest } = body.Healthcheck ?? {};
      if (Object.keys(rest).length > 0) body.Healthcheck = rest;
      else delete body.Healthcheck;
    }
  },
};

export const noHealthcheck: FormField = {
  flag: 'no-healthcheck',
  tab: 'health',
  control: 'tick',
  read: ({ Healthcheck }) => (Healthcheck?.Test?.[0] === 'NONE' ? 'true' : ''),
  write: (body, value) => {
    if (value) body.Healthcheck = { Test: ['NONE'] };
    else if (body.Healthcheck?.Test?.[0] === 'NONE') delete body.Healthcheck;
  },
};

export const gpus: FormField = {
  flag: 'gpus',
  tab: 'resources',
  control: 'text',
  placeholder: 'all',
  compose: 'gpus',
  check: (value) => (value === '' || /^(all|\d+)$/.test(value) ? undefined : 'all, or a number.'),
  read: ({ HostConfig }) => {
    const request = (HostConfig?.DeviceRequests ?? []).find(({ Capabilities }) => Capabilities?.flat().includes('gpu'));
    return request ? (request.Count === -1 ? 'all' : String(request.Count ?? '')) : '';
  },
  write: (body, value) => {
    if (gpus.read(body) === value) return;
    if (value) host(body).DeviceRequests = [{ Count: value === 'all' ? -1 : Number(value), Capabilities: [['gpu']] }];
    else delete host(body).DeviceRequests;
  },
};
