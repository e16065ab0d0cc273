// Makes everything that comes from the OpenAPI documents: types for the server, types and client for the page,
// and the compact document that the daemon binds routes and validators to. Run after changing a document.
// An argument names another folder to write below, to compare with.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const target = process.argv[2] ?? root;
const documents = [
  { yaml: 'docker-api.openapi.yaml', server: 'server/src/api/generated', web: 'web/src/client/generated/docker' },
  { yaml: 'server/dashboard-api.openapi.yaml', server: 'server/src/api/generated/dashboard', web: 'web/src/client/generated/dashboard' },
];

/** The document without its prose: what a machine needs, a third of the size. */
function compact(value, isMap = false) {
  if (Array.isArray(value)) return value.map((item) => compact(item));
  if (value === null || typeof value !== 'object') return value;
  const prose = new Set(['description', 'summary', 'example', 'examples', 'externalDocs', 'title']);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isMap || !prose.has(key))
      .map(([key, item]) => [key, compact(item, !isMap && (key === 'properties' || key === 'schemas'))]),
  );
}

/** Header and style of generated files is the generator's own; nobody edits them. */
async function generate({ yaml, server, web }) {
  const file = join(root, yaml);
  if (!existsSync(file)) throw new Error(`${yaml} is missing`);
  mkdirSync(join(target, server), { recursive: true });
  const document = parse(readFileSync(file, 'utf8'));
  delete document.info.description;
  writeFileSync(join(target, server, 'openapi.json'), `${JSON.stringify(compact(document))}\n`);
  const plugins = [{ name: '@hey-api/typescript', enums: false }];
  const output = (path, suffix) => ({ path: join(target, path), clean: false, module: { extension: suffix } });
  await createClient({ input: file, output: output(server, '.js'), plugins, logs: { level: 'error' } });
  await createClient({
    input: file,
    output: output(web, ''),
    plugins: [...plugins, '@hey-api/client-fetch', '@hey-api/sdk'],
    logs: { level: 'error' },
  });
}

for (const document of documents.filter(({ yaml }) => existsSync(join(root, yaml)))) await generate(document);
