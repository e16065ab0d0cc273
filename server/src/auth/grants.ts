import { invalidParameter } from '../base/errors.js';
import type { Grants, Role } from './rights.js';

const PROJECT = /^[a-z0-9][a-z0-9_-]*$/;
const OF_PROJECTS: ReadonlySet<Role> = new Set(['viewer', 'operator']);

/** @throws InvalidParameter for roles that cannot be given, naming the project */
export function checkGrants({ role, projects }: Grants): void {
  for (const [project, given] of Object.entries(projects)) {
    if (!PROJECT.test(project)) throw invalidParameter(`${JSON.stringify(project)} cannot be the name of a Compose project`);
    if (!OF_PROJECTS.has(given)) throw invalidParameter(`the role in project ${project} must be viewer or operator, not ${given}`);
  }
  if (role === 'none' && Object.keys(projects).length === 0)
    throw invalidParameter('a user needs a role everywhere, or in one project at least');
}
