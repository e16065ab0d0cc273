import { t } from '@/language';
import { at, put, type FormField, type TabName } from './field';
import * as k from './kinds';
import * as s from './special';

/** Tabs in their order. */
export const TABS: readonly TabName[] = ['general', 'environment', 'network', 'storage', 'resources', 'health', 'security', 'logging'];

/** Every flag that `docker run` has for what a container is, in the order of the form. */
export const FIELDS: readonly FormField[] = [
  k.text('general', 'image', 'Image', { placeholder: 'nginx:alpine', compose: 'image' }),
  { ...k.words('general', 'command', 'Cmd', { compose: 'command' }), flag: 'command' },
  k.words('general', 'entrypoint', 'Entrypoint', { compose: 'entrypoint' }),
  s.restart,
  k.text('general', 'workdir', 'WorkingDir', { short: 'w', compose: 'working_dir' }),
  k.text('general', 'user', 'User', { short: 'u', placeholder: '1000:1000', compose: 'user' }),
  k.text('general', 'hostname', 'Hostname', { short: 'h', compose: 'hostname' }),
  k.text('general', 'domainname', 'Domainname', { compose: 'domainname' }),
  k.text('general', 'stop-signal', 'StopSignal', { placeholder: 'SIGTERM', compose: 'stop_signal' }),
  k.whole('general', 'stop-timeout', 'StopTimeout', { placeholder: '10' }),
  k.tick('general', 'tty', 'Tty', { short: 't', compose: 'tty' }),
  k.tick('general', 'interactive', 'OpenStdin', { short: 'i', compose: 'stdin_open' }),
  k.tick('general', 'init', 'HostConfig.Init', { compose: 'init' }),
  k.tick('general', 'rm', 'HostConfig.AutoRemove'),
  k.lines('environment', 'env', 'Env', { short: 'e', placeholder: 'NAME=value', compose: 'environment' }),
  k.pairs('environment', 'label', 'Labels', { short: 'l', placeholder: 'NAME=value', compose: 'labels' }),
  k.pairs('environment', 'annotation', 'HostConfig.Annotations', { compose: 'annotations' }),
  s.publish,
  k.tick('network', 'publish-all', 'HostConfig.PublishAllPorts', { short: 'P' }),
  s.network,
  s.expose,
  k.lines('network', 'dns', 'HostConfig.Dns', { placeholder: '9.9.9.9', compose: 'dns' }),
  k.lines('network', 'dns-search', 'HostConfig.DnsSearch', { compose: 'dns_search' }),
  k.lines('network', 'dns-option', 'HostConfig.DnsOptions', { compose: 'dns_opt' }),
  k.lines('network', 'add-host', 'HostConfig.ExtraHosts', { placeholder: 'name:10.0.0.1', compose: 'extra_hosts' }),
  k.lines('network', 'link', 'HostConfig.Links', { compose: 'external_links' }),
  k.text('network', 'mac-address', 'MacAddress', { compose: 'mac_address' }),
  k.lines('storage', 'volume', 'HostConfig.Binds', { short: 'v', placeholder: 'data:/data\n/srv/site:/site:ro', compose: 'volumes' }),
  s.tmpfs,
  k.lines('storage', 'volumes-from', 'HostConfig.VolumesFrom'),
  k.text('storage', 'volume-driver', 'HostConfig.VolumeDriver'),
  k.pairs('storage', 'storage-opt', 'HostConfig.StorageOpt', { compose: 'storage_opt' }),
  k.size('storage', 'shm-size', 'HostConfig.ShmSize', { placeholder: '64m', compose: 'shm_size' }),
  k.tick('storage', 'read-only', 'HostConfig.ReadonlyRootfs', { compose: 'read_only' }),
  k.size('resources', 'memory', 'HostConfig.Memory', { short: 'm', placeholder: '512m', compose: 'mem_limit' }),
  k.size('resources', 'memory-reservation', 'HostConfig.MemoryReservation', { compose: 'mem_reservation' }),
  k.size('resources', 'memory-swap', 'HostConfig.MemorySwap', { placeholder: '-1', compose: 'memswap_limit' }),
  k.whole('resources', 'memory-swappiness', 'HostConfig.MemorySwappiness', { placeholder: '0 – 100', compose: 'mem_swappiness' }),
  k.cpus('resources', 'cpus', 'HostConfig.NanoCpus', { placeholder: '1.5', compose: 'cpus' }),
  k.whole('resources', 'cpu-shares', 'HostConfig.CpuShares', { short: 'c', placeholder: '1024', compose: 'cpu_shares' }),
  k.whole('resources', 'cpu-period', 'HostConfig.CpuPeriod', { compose: 'cpu_period' }),
  k.whole('resources', 'cpu-quota', 'HostConfig.CpuQuota', { compose: 'cpu_quota' }),
  k.text('resources', 'cpuset-cpus', 'HostConfig.CpusetCpus', { placeholder: '0-3', compose: 'cpuset' }),
  k.text('resources', 'cpuset-mems', 'HostConfig.CpusetMems'),
  k.whole('resources', 'pids-limit', 'HostConfig.PidsLimit', { compose: 'pids_limit' }),
  k.whole('resources', 'blkio-weight', 'HostConfig.BlkioWeight', { placeholder: '10 – 1000' }),
  k.whole('resources', 'oom-score-adj', 'HostConfig.OomScoreAdj', { compose: 'oom_score_adj' }),
  k.tick('resources', 'oom-kill-disable', 'HostConfig.OomKillDisable', { compose: 'oom_kill_disable' }),
  s.ulimit,
  s.device,
  k.lines('resources', 'device-cgroup-rule', 'HostConfig.DeviceCgroupRules', { compose: 'device_cgroup_rules' }),
  s.gpus,
  s.healthCommand,
  k.duration('health', 'health-interval', 'Healthcheck.Interval', { placeholder: '30s' }),
  k.duration('health', 'health-timeout', 'Healthcheck.Timeout', { placeholder: '30s' }),
  k.duration('health', 'health-start-period', 'Healthcheck.StartPeriod'),
  k.duration('health', 'health-start-interval', 'Healthcheck.StartInterval'),
  k.whole('health', 'health-retries', 'Healthcheck.Retries', { placeholder: '3' }),
  s.noHealthcheck,
  k.tick('security', 'privileged', 'HostConfig.Privileged', { compose: 'privileged' }),
  k.lines('security', 'cap-add', 'HostConfig.CapAdd', { placeholder: 'NET_ADMIN', compose: 'cap_add' }),
  k.lines('security', 'cap-drop', 'HostConfig.CapDrop', { placeholder: 'ALL', compose: 'cap_drop' }),
  k.lines('security', 'security-opt', 'HostConfig.SecurityOpt', { placeholder: 'no-new-privileges', compose: 'security_opt' }),
  k.lines('security', 'group-add', 'HostConfig.GroupAdd', { compose: 'group_add' }),
  k.pairs('security', 'sysctl', 'HostConfig.Sysctls', { placeholder: 'net.core.somaxconn=1024', compose: 'sysctls' }),
  k.choice('security', 'pid', 'HostConfig.PidMode', { choices: ['', 'host'], compose: 'pid' }),
  k.choice('security', 'ipc', 'HostConfig.IpcMode', { choices: ['', 'none', 'shareable', 'host'], compose: 'ipc' }),
  k.choice('security', 'uts', 'HostConfig.UTSMode', { choices: ['', 'host'], compose: 'uts' }),
  k.choice('security', 'userns', 'HostConfig.UsernsMode', { choices: ['', 'host'], compose: 'userns_mode' }),
  k.choice('security', 'cgroupns', 'HostConfig.CgroupnsMode', { choices: ['', 'private', 'host'], compose: 'cgroup' }),
  k.text('security', 'cgroup-parent', 'HostConfig.CgroupParent', { compose: 'cgroup_parent' }),
  k.text('security', 'runtime', 'HostConfig.Runtime', { compose: 'runtime' }),
  logDriver(),
  k.pairs('logging', 'log-opt', 'HostConfig.LogConfig.Config', { placeholder: 'max-size=10m' }),
];

/** A driver without options is no LogConfig of its own when it is not named. */
function logDriver(): FormField {
  const field = k.choice('logging', 'log-driver', 'HostConfig.LogConfig.Type', { choices: ['', 'json-file', 'local', 'none'] });
  return {
    ...field,
    write: (body, value) => {
      if (value) put(body, 'HostConfig.LogConfig.Type', value);
      else if (at(body, 'HostConfig.LogConfig') !== undefined) put(body, 'HostConfig.LogConfig', undefined);
    },
  };
}

/** A flag in words: `memory-swap` is "Memory swap". */
export const fieldLabel = (flag: string): string => t(`fields.${flag}`);

export const fieldOf = (flag: string): FormField | undefined => FIELDS.find((field) => field.flag === flag || field.short === flag);
