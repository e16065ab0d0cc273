import type { EngineHttp } from '../../fixtures/engine-http.ts';

interface Summary {
  readonly Id: string;
  readonly Names: string[];
  readonly Labels: Record<string, string>;
}

/** How a container of an operation may have ended: by itself, asked to, or killed by its removal. */
const CODES = [0, 3, 137];

/** What is not finished, not gone, or cannot be used of the containers whose names begin with `prefix`. */
export async function judge(http: EngineHttp, prefix: string): Promise<string[]> {
  const { json } = await http.get('/containers/json?all=1');
  const own = (json as Summary[]).filter(({ Names }) => Names[0]!.startsWith(`/${prefix}`));
  return (await Promise.all(own.map(({ Names }) => judgeOne(http, Names[0]!.slice(1))))).flat();
}

async function judgeOne(http: EngineHttp, name: string): Promise<string[]> {
  const state = async () => (await http.get(`/containers/${name}/json`)).json.State;
  const before = await state();
  const told = `${name} (${before.Status}, ${before.ExitCode})`;
  if (!['created', 'running', 'exited', 'paused'].includes(before.Status)) return [`${told} is neither finished nor gone`];
  if (before.Status === 'exited' && !CODES.includes(before.ExitCode)) return [`${told}: its exit code is lost`];
  const ask = async (path: string) => {
    const { status, text } = await http.post(`/containers/${name}/${path}`);
    return status < 300 ? [] : [`${told} cannot be used: ${path}: ${status} ${text.trim()}`];
  };
  if (before.Status === 'paused') return ask('unpause');
  if (before.Status !== 'running') return ask('start');
  const complaints = await ask('stop?t=20');
  const { ExitCode } = await state();
  // One that is stopped before its program has set its trap is killed by the signal.
  return [3, 143, 0].includes(ExitCode) ? complaints : [...complaints, `${told}: asked to end, it ended with ${ExitCode}`];
}

/** Removes everything but what `keeps`; volumes only where `made`: plugins show those of other daemons too. */
export async function tidy(http: EngineHttp, keeps: (name: string) => boolean, made: (name: string) => boolean): Promise<string[]> {
  const complaints: string[] = [];
  const remove = async (path: string) => {
    const { status, text } = await http.delete(path);
    if (status >= 300 && status !== 404) complaints.push(`DELETE ${path}: ${status} ${text.trim()}`);
  };
  const containers: Summary[] = (await http.get('/containers/json?all=1')).json;
  await Promise.all(containers.filter(({ Names }) => !keeps(Names[0]!.slice(1))).map(({ Id }) => remove(`/containers/${Id}?force=1&v=1`)));
  const networks: { Name: string }[] = (await http.get('/networks?filters={"type":["custom"]}')).json;
  const { Volumes: volumes } = (await http.get('/volumes')).json as { Volumes: { Name: string; Labels?: Record<string, string> }[] };
  const images: { Id: string; RepoTags: string[] }[] = (await http.get('/images/json')).json;
  const named = volumes.filter(({ Labels }) => Labels?.['com.docker.volume.anonymous'] === undefined);
  await Promise.all([
    ...networks.filter(({ Name }) => !keeps(Name)).map(({ Name }) => remove(`/networks/${Name}`)),
    ...named.filter(({ Name }) => made(Name)).map(({ Name }) => remove(`/volumes/${Name}`)),
    ...images.filter(({ RepoTags }) => !RepoTags.some(keeps)).map(({ Id }) => remove(`/images/${Id}?force=1`)),
  ]);
  await http.post('/build/prune?all=1');
  await http.post('/images/prune');
  return complaints;
}
