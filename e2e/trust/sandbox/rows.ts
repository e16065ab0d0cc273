/** What the kernel answers to a call that a profile refuses, or that is not there for it. */
const REFUSED = new Set(['1', '38']);
const RESTRICTIONS = ['ro', 'nosuid', 'nodev', 'noexec'];

/**
 * The probe's rows by name. Values are what two engines are compared by: not every errno of a call but whether it was refused,
 * of a mount its restrictions, of a descriptor that it is there.
 */
export function readProbe(output: string): Map<string, string> {
  return new Map(output.split('\n').filter(Boolean).map(row));
}

/** Numbers of the calls that are refused. */
export function refusals(rows: ReadonlyMap<string, string>): string[] {
  return [...rows].flatMap(([name, value]) => (name.startsWith('call ') && value === 'refused' ? [name] : []));
}

function row(line: string): [string, string] {
  const [kind = '', name = '', ...rest] = line.trim().split(/\s+/);
  const key = `${kind} ${name}`;
  if (kind === 'call') return [key, REFUSED.has(rest[0] ?? '') ? 'refused' : 'passed'];
  if (kind === 'mount') return [key, restrictions(rest)];
  if (kind === 'device' && name.startsWith('/proc/self/fd/')) return [key, 'open'];
  if (kind === 'mknod') return [`${key} ${rest[0]}`, rest.slice(1).join(' ')];
  if (kind === 'write') return [key, rest[0] === '0' ? 'writable' : 'refused'];
  return [key, rest.join(' ')];
}

/** Type of the file system, and which restrictions it is mounted with. */
function restrictions([type = '', options = '']: string[]): string {
  const given = options.split(',');
  return [type, ...RESTRICTIONS.filter((one) => given.includes(one))].join(' ');
}
