import { shortId } from '../../base/ids.js';
import type { Sandbox } from './sandbox.js';

/** Lines of /etc/hosts for the legacy links of a container in the default network (container:alias). */
export function linkLines(sandbox: Sandbox, all: readonly Sandbox[]): string[] {
  const bridge = sandbox.endpoints.find(({ networkName }) => networkName === 'bridge');
  if (!bridge) return [];
  return linkedSandboxes(sandbox, all).flatMap(({ target, alias }) => {
    const address = target.endpoints.find(({ networkId }) => networkId === bridge.networkId)?.ipv4?.address;
    return address ? [`${address}\t${alias} ${shortId(target.containerId)} ${target.request.name}`] : [];
  });
}

/** The containers that a container is linked to, as far as they run, and what it calls them. */
export function linkedSandboxes({ request }: Sandbox, all: readonly Sandbox[]): { target: Sandbox; alias: string }[] {
  return request.links.flatMap((link) => {
    const [reference = '', alias = reference] = link.split(':');
    const target = all.find(
      ({ containerId, request: other }) => other.name === reference.replace(/^\//, '') || containerId.startsWith(reference),
    );
    return target ? [{ target, alias }] : [];
  });
}
