import { readFile } from 'node:fs/promises';

export const HOST_FILE = '/etc/resolv.conf';
/** Where systemd-resolved keeps the servers behind its own, which only the host can reach. */
const RESOLVED_FILE = '/run/systemd/resolve/resolv.conf';

/** A resolver's configuration; see resolv.conf(5). */
export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
  /** Where it comes from, for people; written below the rest. */
  readonly comments?: readonly string[];
}

export function parseResolvConf(text: string): ResolvConf {
  const lines = text.split('\n').map((line) =>
    line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/),
  );
  const last = (keyword: string) => lines.findLast(([first]) => first === keyword)?.slice(1) ?? [];
  return {
    nameservers: lines.filter(([first, server]) => first === 'nameserver' && server).map(([, server]) => server as string),
    search: last('search').length > 0 ? last('search') : last('domain'),
    options: lines.filter(([first]) => first === 'options').flatMap(([, ...options]) => options),
  };
}

const HEADER = '# Made by Slipway. Once this file has been changed in the container, it is left as it is.';

export function formatResolvConf({ nameservers, search, options, comments = [] }: ResolvConf): string {
  const lines = nameservers.map((server) => `nameserver ${server}`);
  // A single dot stands for: no search list.
  const domains = search.filter((domain) => domain !== '.');
  if (domains.length > 0) lines.push(`search ${domains.join(' ')}`);
  if (options.length > 0) lines.push(`options ${options.join(' ')}`);
  const said = comments.map((comment) => `# ${comment}`);
  return [...(said.length > 0 ? [HEADER, ''] : []), ...lines, ...(said.length > 0 ? ['', ...said] : [])]
    .map((line) => `${line}\n`)
    .join('');
}

/** The host's configuration as it is now. A host without one has no servers. */
export async function hostResolvConf(): Promise<ResolvConf> {
  const conf = parseResolvConf(await read(HOST_FILE));
  if (conf.nameservers.length !== 1 || conf.nameservers[0] !== '127.0.0.53') return conf;
  const behind = parseResolvConf(await read(RESOLVED_FILE));
  return behind.nameservers.length > 0 ? behind : conf;
}

/** Whether a name server can be reached from a container as well as from the host. */
export function isReachable(server: string): boolean {
  return !server.startsWith('127.') && server !== '::1' && !server.toLowerCase().startsWith('fe80:');
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
