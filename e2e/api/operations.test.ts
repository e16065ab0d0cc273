import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Operation, operations } from '../fixtures/operations.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const recorded = readFileSync(join(import.meta.dirname, 'not-implemented.txt'), 'utf8')
  .trim()
  .split('\n');

/** What some operations insist on before they say that they are not served. */
const ASKS: Readonly<Record<string, { query?: string; body?: unknown }>> = {
  GetPluginPrivileges: { query: '?remote=none' },
  PluginPull: { query: '?remote=none', body: [] },
  PluginCreate: { query: '?name=none' },
  SwarmJoin: { body: { ListenAddr: '0.0.0.0:2377', RemoteAddrs: ['127.0.0.1:2377'], JoinToken: 'none' } },
};

/** Status of an operation asked for something that does not exist; a stream's body is not waited for. */
async function statusOf({ id, method, path }: Operation): Promise<number> {
  const { query = '', body = method === 'POST' || method === 'PUT' ? {} : undefined } = ASKS[id] ?? {};
  const response = await suite.http.open(method, `${path.replaceAll(/\{\w+\}/g, 'none')}${query}`, { body });
  response.destroy();
  return response.statusCode ?? 0;
}

test('the document has all 108 operations', () => {
  expect(operations).toHaveLength(108);
});

test('exactly the recorded operations answer 501', async () => {
  const refused: string[] = [];
  for (const operation of operations) if ((await statusOf(operation)) === 501) refused.push(operation.id);
  expect(refused.toSorted()).toEqual(recorded);
});

test('an operation that is not served says which, in the usual form', async () => {
  const operation = operations.find(({ id }) => id === 'Session')!;
  const { json } = await suite.http.ask(operation.method, operation.path.replaceAll(/\{\w+\}/g, 'none'));
  expect(json.message).toContain(operation.id);
});
