import { frames } from '../../fixtures/attempt.ts';
import { BUSYBOX } from '../../fixtures/busybox.ts';
import type { EngineHttp } from '../../fixtures/engine-http.ts';
import type { Random } from '../fuzz/random.ts';
import { somePort } from './operations.ts';
import { until } from './until.ts';

/** A container that ends by itself while the daemon is dying, dead or coming back. */
export interface Mortal {
  /** What of its end is not known as it was. */
  complaints(): Promise<string[]>;
}

/** Starts one that lives for up to a second and ends with a code of its own. */
export async function sendMortal(http: EngineHttp, name: string, random: Random): Promise<Mortal> {
  const code = 1 + random.below(100);
  const lifeMs = random.below(1200);
  const published = random.once(2);
  const { json } = await http.post(`/containers/create?name=${name}`, {
    Image: BUSYBOX,
    Cmd: ['sh', '-c', `echo first; usleep ${lifeMs * 1000}; echo last; exit ${code}`],
    ExposedPorts: published ? { '80/tcp': {} } : {},
    HostConfig: { PortBindings: published ? { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: somePort() }] } : {} },
  });
  await http.post(`/containers/${json.Id}/start`);
  return {
    async complaints() {
      const inspect = async () => (await http.get(`/containers/${name}/json`)).json;
      await until(`${name} to end`, async () => (await inspect()).State.Status === 'exited');
      const { State } = await inspect();
      const lived = Date.parse(State.FinishedAt) - Date.parse(State.StartedAt);
      const lines = frames((await http.get(`/containers/${name}/logs?stdout=1`)).body);
      return [
        ...(State.ExitCode === code ? [] : [`${name}: ended with ${code}, and is said to have ended with ${State.ExitCode}`]),
        ...(lived > lifeMs - 100 && lived < lifeMs + 120_000
          ? []
          : [`${name}: lived for ${lifeMs} ms, and is said to have lived for ${lived}`]),
        ...(lines === 'first\nlast\n' ? [] : [`${name}: wrote two lines, and its log has ${JSON.stringify(lines)}`]),
      ];
    },
  };
}
