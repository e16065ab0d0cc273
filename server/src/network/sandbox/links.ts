import { shortId } from '../../base/ids.js';
import type { Sandbox } from './sandbox.js';

/** Lines of /etc/hosts for the legacy links of a container in the default network (container:alias). */
export function linkLines({ request, endpoints }: Sandbox, all: readonly Sandbox[]): string[] {
  const bridge = endpoints.find(({ networkName }) => networkName === 'bridge');
  if (!bridge) return [];
  return request.links.flatMap((link) => {
    const [reference = '', alias = reference] = link.split(':');
    const target = all.find(
      ({ containerId, request: other }) => other.name === reference.replace(/^\//, '') || containerId.startsWith(reference),
    );
    const address = target?.endpoints.find(({ networkId }) => networkId === bridge.networkId)?.ipv4?.address;
    return target && address ? [`${address}\t${alias} ${shortId(target.containerId)} ${target.request.name}`] : [];
  });
}
