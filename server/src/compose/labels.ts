import { configHash, type Project, type Service } from './project.js';

/** Labels by which `docker compose` knows its containers, networks and volumes; ours are the same, so that either finds the other's. */
export const LABEL = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  oneoff: 'com.docker.compose.oneoff',
  hash: 'com.docker.compose.config-hash',
  image: 'com.docker.compose.image',
  files: 'com.docker.compose.project.config_files',
  folder: 'com.docker.compose.project.working_dir',
  dependsOn: 'com.docker.compose.depends_on',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
  version: 'com.docker.compose.version',
} as const;

/** The version of Compose whose labels these are. */
const VERSION = '2.36.2';

export function containerLabels(project: Project, service: Service, number: number, image: string): Record<string, string> {
  return {
    [LABEL.project]: project.name,
    [LABEL.service]: service.name,
    [LABEL.number]: String(number),
    [LABEL.oneoff]: 'False',
    [LABEL.hash]: configHash(service),
    [LABEL.image]: image,
    [LABEL.files]: project.files.join(','),
    [LABEL.folder]: project.folder,
    [LABEL.dependsOn]: service.dependencies.map(({ service: name, condition, restart }) => `${name}:${condition}:${restart}`).join(','),
    [LABEL.version]: VERSION,
  };
}

export function resourceLabels(project: Project, kind: 'network' | 'volume', key: string): Record<string, string> {
  return { [LABEL.project]: project.name, [LABEL[kind]]: key, [LABEL.version]: VERSION };
}

/** `shop-web-1`, or the service's own container_name. */
export function containerName(project: Project, service: Service, number: number): string {
  const own = service.spec['container_name'];
  return own === undefined || own === null ? `${project.name}-${service.name}-${number}` : String(own);
}

/** The image of a service; one that is only built has the project's name. */
export function imageOf(project: Project, { name, spec }: Service): string {
  return spec['image'] === undefined ? `${project.name}-${name}` : String(spec['image']);
}
