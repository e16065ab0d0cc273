import type { Container } from './container.js';

/** What Docker tells with every event of a container: its labels, then image and name, then what the event adds. */
export function eventAttributes(container: Container, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { config, name } = container.record;
  return { ...config.Labels, image: config.Image ?? '', name, ...more };
}
