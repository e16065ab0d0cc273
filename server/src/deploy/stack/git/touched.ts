import { resolve } from 'node:path';
import type { Project, Service } from '../../../compose/project.js';
import { asList, asTree, text } from '../../../compose/tree.js';

/** Names of the services that mount one of these files: their containers have read what it was. @param changed absolute paths */
export function touchedBy(project: Project, changed: readonly string[]): Set<string> {
  const touches = (source: string) => changed.some((path) => path === source || path.startsWith(`${source}/`));
  const services = [...project.services.values()].filter((service) => sourcesOf(project, service).some(touches));
  return new Set(services.map(({ name }) => name));
}

function sourcesOf(project: Project, { spec }: Service): string[] {
  const binds = asList(spec['volumes'])
    .map(asTree)
    .filter(({ type }) => type === 'bind');
  const files = (['configs', 'secrets'] as const).flatMap((kind) =>
    asList(spec[kind]).map((use) => asTree(project[kind].get(text(asTree(use)['source']) ?? '')?.spec)['file']),
  );
  return [...binds.map(({ source }) => source), ...files].flatMap((path) => {
    const given = text(path);
    return given === undefined ? [] : [resolve(project.folder, given)];
  });
}
