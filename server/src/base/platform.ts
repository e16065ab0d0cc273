import { arch } from 'node:os';
import { invalidParameter } from './errors.js';

/** What an image runs on, in the OCI image spec's (that is Go's) words. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  arm64: 'arm64',
  arm: 'arm',
  ppc64: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
  loong64: 'loong64',
  mips64el: 'mips64le',
};

const ALIASES: Readonly<Record<string, readonly [architecture: string, variant?: string]>> = {
  x86_64: ['amd64'],
  'x86-64': ['amd64'],
  aarch64: ['arm64'],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
  i386: ['386'],
};

/** The platform this daemon runs on. */
export const hostPlatform: Platform = { os: 'linux', architecture: ARCHITECTURES[arch()] ?? arch() };

/**
 * Parses os[/architecture[/variant]] or architecture alone, with the usual aliases; what is left out is the host's.
 * @throws InvalidParameter
 */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split('/');
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9][a-z0-9_.-]*$/.test(part))) {
    throw invalidParameter(`"${text}" is an invalid platform: expected os[/architecture[/variant]]`);
  }
  const [first = '', second, third] = parts;
  if (second !== undefined) return normalised(first, second, third);
  return first === 'linux' || first === 'windows' ? normalised(first, hostPlatform.architecture) : normalised('linux', first);
}

/** Parses the JSON of an OCI platform, which newer clients send. @throws InvalidParameter */
export function parsePlatformJson(text: string): Platform {
  let value: Partial<Record<keyof Platform, unknown>> | null;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidParameter(`failed to parse platform ${JSON.stringify(text)}: not JSON`);
  }
  if (typeof value?.os !== 'string' || typeof value.architecture !== 'string' || value.os === '' || value.architecture === '') {
    throw invalidParameter(`platform ${JSON.stringify(text)} needs the strings os and architecture`);
  }
  return normalised(value.os, value.architecture, typeof value.variant === 'string' ? value.variant : undefined);
}

/** As people write it: linux/arm64/v8. */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/');
}

/**
 * How well `offer` serves `wanted`: undefined when it does not, else the smaller the better.
 * A 32-bit ARM of a lower variant runs on a higher one; any other variant has to be the same.
 */
export function platformDistance(offer: Platform, wanted: Platform): number | undefined {
  const a = normalised(offer.os, offer.architecture, offer.variant);
  const b = normalised(wanted.os, wanted.architecture, wanted.variant);
  if (a.os !== b.os || a.architecture !== b.architecture) return undefined;
  const difference = variantNumber(b) - variantNumber(a);
  if (difference === 0) return 0;
  return difference > 0 && (a.architecture === 'arm' || a.architecture === 'amd64') ? difference : undefined;
}

function variantNumber({ architecture, variant }: Platform): number {
  const fallback = { arm: 7, arm64: 8, amd64: 1 }[architecture] ?? 0;
  return variant === undefined || variant === '' ? fallback : Number.parseInt(variant.replace(/^v/, ''), 10) || 0;
}

function normalised(os: string, architecture: string, variant?: string): Platform {
  const [name, implied] = ALIASES[architecture] ?? [architecture];
  const given = variant === undefined || variant === '' ? implied : variant;
  return given === undefined || (name === 'arm64' && given === 'v8') || (name === 'amd64' && given === 'v1')
    ? { os, architecture: name }
    : { os, architecture: name, variant: given };
}
