import dashboard from '../../../server/src/api/generated/dashboard/openapi.json' with { type: 'json' };
import docker from '../../../server/src/api/generated/openapi.json' with { type: 'json' };

// A document is data of many shapes.
// oxlint-disable-next-line typescript/no-explicit-any
export type Node = Record<string, any>;

/** Both documents as one tree; the dashboard's own, and all that it refers to, is below `dashboard`. */
export const documents: Node = {
  ...docker,
  dashboard: JSON.parse(JSON.stringify(dashboard).replaceAll('"#/components/', '"#/dashboard/components/')) as Node,
};
