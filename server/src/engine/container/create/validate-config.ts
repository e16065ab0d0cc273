import type { ContainerConfig, HostConfig } from '../../../api/generated/types.gen.js';
import { invalidParameter } from '../../../base/errors.js';
import { resolveCapabilities } from '../../../container/oci-spec/capabilities.js';
import type { HostFacts } from '../../../container/oci-spec/host.js';
import { rlimitsSection } from '../../../container/oci-spec/process.js';
import { seccompSection } from '../../../container/oci-spec/seccomp.js';
import { parseSecurityOptions } from '../../../container/oci-spec/security-options.js';
import { validateSysctls } from '../../../container/oci-spec/sysctls.js';
import { validateRestartPolicy } from '../../../container/restart-policy.js';
import { wantedPorts } from '../../../network/ports/bindings.js';
import { parseSignal } from '../../../base/signals.js';
import { validatePlatform } from './validate-platform.js';

/** Checks what a container is to be made with, before anything is made. @throws InvalidParameter naming the field */
export function validateConfig(config: ContainerConfig, hostConfig: HostConfig, host: HostFacts): void {
  validateNames(config);
  validateEnvironment(config.Env ?? []);
  if (config.StopSignal) parseSignal(config.StopSignal);
  if (config.WorkingDir && !config.WorkingDir.startsWith('/')) {
    throw invalidParameter(`the working directory '${config.WorkingDir}' is invalid, it needs to be an absolute path`);
  }
  validateHealthcheck(config);
  validateRestartPolicy(hostConfig.RestartPolicy, hostConfig.AutoRemove);
  validateSysctls(hostConfig);
  rlimitsSection(hostConfig.Ulimits);
  validateSecurity(hostConfig, host);
  validatePlatform(hostConfig);
  // Every exposed port is looked at here, published or not.
  wantedPorts({ portBindings: hostConfig.PortBindings ?? {}, exposedPorts: Object.keys(config.ExposedPorts ?? {}), publishAllPorts: true });
  for (const entry of hostConfig.ExtraHosts ?? []) {
    if (!/^[^\s:=]+[:=].+$/.test(entry) || /[\n\r\0]/.test(entry)) throw invalidParameter(`bad format for add-host: "${entry}"`);
  }
  validateResolver(hostConfig);
  validateCgroupParent(hostConfig.CgroupParent ?? '');
  const adjustment = hostConfig.OomScoreAdj ?? 0;
  if (adjustment < -1000 || adjustment > 1000) {
    throw invalidParameter(`Invalid value ${adjustment}, range for oom score adj is [-1000, 1000]`);
  }
}

/** Each becomes a word of a line of resolv.conf. */
function validateResolver({ Dns, DnsSearch, DnsOptions }: HostConfig): void {
  const wrong = [...(Dns ?? []), ...(DnsSearch ?? []), ...(DnsOptions ?? [])].find((word) => /[\s\0]/.test(word));
  if (wrong !== undefined) throw invalidParameter(`invalid word for resolv.conf: ${JSON.stringify(wrong.slice(0, 300))}`);
}

/** It is a path below the top of the cgroup file system, made when it is missing. */
function validateCgroupParent(parent: string): void {
  const isWrong = (part: string) => part === '.' || part === '..' || part.length > 255 || /[\0\n]/.test(part);
  if (parent.split('/').some(isWrong))
    throw invalidParameter(
      `invalid cgroup parent ${JSON.stringify(parent.slice(0, 300))}: it must be a path without "..", "." and line ends`,
    );
}

function validateSecurity(hostConfig: HostConfig, host: HostFacts): void {
  const privileged = hostConfig.Privileged ?? false;
  const security = parseSecurityOptions(hostConfig.SecurityOpt);
  const capabilities = resolveCapabilities({ add: hostConfig.CapAdd, drop: hostConfig.CapDrop, privileged }, host.capabilities);
  seccompSection(security.seccomp, privileged, capabilities, host);
}

/** They end up in files and in the kernel's UTS name. */
function validateNames({ Hostname, Domainname }: ContainerConfig): void {
  if (Hostname && !/^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,62})$/.test(Hostname)) throw invalidParameter(`invalid hostname format: ${Hostname}`);
  if (Domainname && !/^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,252})$/.test(Domainname))
    throw invalidParameter(`invalid domainname format: ${Domainname}`);
}

function validateEnvironment(env: readonly string[]): void {
  for (const entry of env) {
    if (entry === '' || entry.startsWith('=')) throw invalidParameter(`invalid environment variable: ${entry}`);
    if (entry.includes('\0')) throw invalidParameter(`invalid environment variable ${entry.split('=', 1)[0]}: it contains a null byte`);
  }
}

function validateHealthcheck({ Healthcheck }: ContainerConfig): void {
  const [kind] = Healthcheck?.Test ?? [];
  if (kind !== undefined && !['NONE', 'CMD', 'CMD-SHELL', ''].includes(kind)) {
    throw invalidParameter(`unknown type '${kind}' in the health check's Test: it is NONE, CMD or CMD-SHELL`);
  }
  for (const field of ['Interval', 'Timeout', 'StartPeriod', 'StartInterval'] as const) {
    const value = Healthcheck?.[field] ?? 0;
    if (value !== 0 && value < 1_000_000) throw invalidParameter(`${field} in Healthcheck cannot be less than 1ms`);
  }
  if ((Healthcheck?.Retries ?? 0) < 0) throw invalidParameter('Retries in Healthcheck cannot be negative');
}
