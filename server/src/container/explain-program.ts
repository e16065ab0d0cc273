import { readRootfsHead } from './rootfs-file.js';

/** Room for the headers of a program, which name its loader. */
const HEAD = 4096;
const FOLDERS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** e_machine of the ELF header, in the terms of images. */
const MACHINES: Readonly<Record<number, string>> = {
  3: '386',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64le',
  22: 's390x',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};
const PT_INTERP = 3;

/** Where a program is, and on what machine it is to run. */
export interface ProgramPlace {
  /** Folders of the rootfs, the uppermost first. */
  readonly layers: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  /** Where something is mounted, which the layers do not show. */
  readonly mounted: readonly string[];
  /** In the terms of images. */
  readonly architecture: string;
}

/** Why the kernel does not run a program of an image, as far as its file tells; undefined when it shows nothing. */
export function explainProgram(name: string, place: ProgramPlace): string | undefined {
  const { layers, architecture } = place;
  for (const path of candidates(name, place)) {
    if (place.mounted.some((destination) => `${path}/`.startsWith(`${destination}/`))) return undefined;
    const file = readRootfsHead(layers, path, HEAD);
    if (file === undefined) continue;
    if (file === 'folder') return `${path} is a folder`;
    if ((file.mode & 0o111) === 0) return `${path} is not executable: chmod +x it in the image`;
    return explainContent(path, file.content, layers, architecture);
  }
  return undefined;
}

function candidates(name: string, { env, workingDir }: ProgramPlace): string[] {
  if (name.startsWith('/')) return [name];
  if (name.includes('/')) return [`${workingDir}/${name}`];
  const folders = env.find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length) ?? FOLDERS;
  return folders.split(':').map((folder) => `${folder}/${name}`);
}

function explainContent(path: string, content: Buffer, layers: readonly string[], architecture: string): string | undefined {
  const missing = (needed: string) => readRootfsHead(layers, needed, 1) === undefined;
  if (content.subarray(0, 2).toString() === '#!') {
    const interpreter = /^#!\s*(\S+)/.exec(content.toString('latin1'))?.[1] ?? '';
    // A line end of Windows belongs to the name.
    if (/^#![^\n]*\r\n/.test(content.toString('latin1'))) return `the first line of ${path} ends as lines do on Windows`;
    return missing(interpreter) ? `${path} is a script for ${interpreter}, which is not in the image` : undefined;
  }
  const program = readElf(content);
  if (!program) return `${path} is no program, and no script that begins with a line such as #!/bin/sh`;
  if (program.machine !== architecture) return `${path} is made for ${program.machine}, and this machine is ${architecture}`;
  if (program.loader && missing(program.loader)) return `${path} needs ${program.loader}, which is not in the image`;
  return undefined;
}

/** The machine and the loader that an ELF file names (elf(5)); undefined for another file. */
function readElf(content: Buffer): { machine: string; loader: string | undefined } | undefined {
  if (content.length < 64 || content.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const wide = content[4] === 2;
  const little = content[5] === 1;
  const word = (at: number) => (little ? content.readUInt16LE(at) : content.readUInt16BE(at));
  const machine = word(18);
  return {
    machine: MACHINES[machine] ?? `another machine (ELF number ${machine})`,
    loader: wide && little ? readLoader(content) : undefined,
  };
}

/** PT_INTERP among the program headers of a 64-bit file, as far as they are in `content`. */
function readLoader(content: Buffer): string | undefined {
  const start = Number(content.readBigUInt64LE(32));
  const size = content.readUInt16LE(54);
  for (let at = start, left = content.readUInt16LE(56); left > 0 && at + 56 <= content.length; at += size, left--) {
    if (content.readUInt32LE(at) !== PT_INTERP) continue;
    const offset = Number(content.readBigUInt64LE(at + 8));
    const end = content.indexOf(0, offset);
    return end > offset ? content.toString('latin1', offset, end) : undefined;
  }
  return undefined;
}
