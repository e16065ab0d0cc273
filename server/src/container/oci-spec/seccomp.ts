import { invalidParameter, messageOf } from '../../base/errors.js';
import type { HostFacts } from './host.js';
import { DEFAULT_PROFILE } from './seccomp-default.js';
import type { SeccompProfile, SeccompRule } from './seccomp-profile.js';

const NATIVE: Readonly<Record<string, string>> = {
  amd64: 'SCMP_ARCH_X86_64',
  arm64: 'SCMP_ARCH_AARCH64',
  arm: 'SCMP_ARCH_ARM',
  '386': 'SCMP_ARCH_X86',
  s390x: 'SCMP_ARCH_S390X',
  riscv64: 'SCMP_ARCH_RISCV64',
  loong64: 'SCMP_ARCH_LOONGARCH64',
  ppc64le: 'SCMP_ARCH_PPC64LE',
};

/** The value of `seccomp=` that counts: the container's own, else the daemon's unless it is privileged. */
export function seccompSetting(own: string | undefined, privileged: boolean, standard: string): string | undefined {
  return own ?? (privileged ? undefined : standard);
}

/**
 * The spec's `linux.seccomp`: the profile's rules that hold on this host with these bounding capabilities.
 * @param setting value of `seccomp=`: undefined or 'builtin' for the default, 'unconfined', or a profile as JSON
 * @returns undefined when unconfined
 * @throws InvalidParameter when the profile cannot be understood
 */
export function seccompSection(setting: string | undefined, privileged: boolean, capabilities: readonly string[], host: HostFacts) {
  if (setting === 'unconfined' || (setting === undefined && privileged)) return undefined;
  const profile = setting === undefined || setting === 'builtin' ? DEFAULT_PROFILE : parseProfile(setting);
  return applyProfile(profile, capabilities, host);
}

function parseProfile(json: string): SeccompProfile {
  let profile: SeccompProfile;
  try {
    profile = JSON.parse(json) as SeccompProfile;
  } catch (error) {
    throw invalidParameter(`decoding seccomp profile failed: ${messageOf(error)}`);
  }
  if (typeof profile !== 'object' || profile === null || typeof profile.defaultAction !== 'string') {
    throw invalidParameter('decoding seccomp profile failed: it needs a defaultAction');
  }
  if (profile.architectures?.length && profile.archMap?.length) {
    throw invalidParameter('both architectures and archMap are specified in the seccomp profile, use either');
  }
  return profile;
}

function applyProfile(profile: SeccompProfile, capabilities: readonly string[], host: HostFacts) {
  const native = NATIVE[host.architecture];
  const mapped = profile.archMap?.find((entry) => entry.architecture === native);
  const architectures = mapped ? [mapped.architecture, ...(mapped.subArchitectures ?? [])] : profile.architectures;
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet !== undefined && { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(architectures?.length && { architectures }),
    ...(profile.flags?.length && { flags: profile.flags }),
    ...(profile.listenerPath && { listenerPath: profile.listenerPath, listenerMetadata: profile.listenerMetadata }),
    syscalls: (profile.syscalls ?? []).filter((rule) => holds(rule, capabilities, host)).map(toSpecRule),
  };
}

function holds({ includes, excludes }: SeccompRule, capabilities: readonly string[], host: HostFacts): boolean {
  if (includes?.arches?.length && !includes.arches.includes(host.architecture)) return false;
  if (includes?.caps?.some((name) => !capabilities.includes(name))) return false;
  if (includes?.minKernel && !atLeast(host, includes.minKernel)) return false;
  if (excludes?.arches?.includes(host.architecture)) return false;
  if (excludes?.caps?.some((name) => capabilities.includes(name))) return false;
  return !(excludes?.minKernel && atLeast(host, excludes.minKernel));
}

function atLeast({ kernel }: HostFacts, version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return kernel.major > major || (kernel.major === major && kernel.minor >= minor);
}

function toSpecRule({ name, names, action, errnoRet, args }: SeccompRule) {
  if (name && names?.length) throw invalidParameter("'name' and 'names' are both specified in a seccomp rule, use either");
  return { names: name ? [name] : (names ?? []), action, ...(errnoRet !== undefined && { errnoRet }), ...(args?.length && { args }) };
}
