import { ApiError } from './errors';
import type { EventMessage } from './generated/docker/types.gen';

/** What events are wanted of: everything, a container, or a Compose project, by its name. */
export type EventScope = { kind: 'host' } | { kind: 'container' | 'project'; name: string };

/** What happened from one time to another (seconds since 1970), the oldest first; without what is only looked at. @throws ApiError */
export async function readEvents(scope: EventScope, from: number, to: number): Promise<EventMessage[]> {
  const filters =
    scope.kind === 'host'
      ? {}
      : scope.kind === 'container'
        ? { container: [scope.name] }
        : { label: [`com.docker.compose.project=${scope.name}`] };
  const until = Math.min(to, Date.now() / 1000);
  const query = new URLSearchParams({ since: from.toFixed(3), until: until.toFixed(3), filters: JSON.stringify(filters) });
  const response = await fetch(`/v1.56/events?${query}`);
  const text = await response.text();
  if (!response.ok) throw new ApiError(text, response.status);
  const events = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as EventMessage]));
  return events.filter(({ Action = '' }) => !/^(exec_|top|resize|attach|detach|archive-path)/.test(Action));
}
