import dashboard from '../../../server/src/api/generated/dashboard/openapi.json' with { type: 'json' };
import docker from '../../../server/src/api/generated/openapi.json' with { type: 'json' };
import type { Node } from './values.ts';

/** Both documents as one tree; the dashboard's own, and all that it refers to, is below `dashboard`. */
export const documents: Node = {
  ...docker,
  dashboard: JSON.parse(JSON.stringify(dashboard).replaceAll('"#/components/', '"#/dashboard/components/')) as Node,
};
