import type { OidcConfig } from '../../base/config.js';
import type { Grants, Role } from '../rights.js';

const ORDER: readonly Role[] = ['none', 'viewer', 'operator', 'admin'];

/**
 * What groups of the provider's come to: of several roles the highest.
 * @param groups the claim, which may be anything
 * @returns undefined when there is no role at all
 */
export function grantsOf({ roles }: Pick<OidcConfig, 'roles'>, groups: unknown): Grants | undefined {
  const own = new Set<unknown>(['*', ...(Array.isArray(groups) ? groups : [groups])]);
  let everywhere: Role = 'none';
  const projects = new Map<string, Role>();
  for (const { group, role, project } of roles) {
    if (!own.has(group)) continue;
    if (project === undefined) everywhere = higher(everywhere, role);
    else projects.set(project, higher(projects.get(project) ?? 'none', role));
  }
  if (everywhere === 'none' && projects.size === 0) return undefined;
  return { role: everywhere, projects: Object.fromEntries(projects) };
}

function higher(a: Role, b: Role): Role {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}
