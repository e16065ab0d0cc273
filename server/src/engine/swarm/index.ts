import type { Type } from '@nestjs/common';
import { SwarmJoin } from './join.js';
import { SwarmLeave } from './leave.js';
import { NotAManager } from './not-a-manager.js';

export { NotAManager, SwarmJoin, SwarmLeave };

/** What a daemon outside any swarm answers about swarms. */
export const swarmJobs: Type[] = [NotAManager, SwarmJoin, SwarmLeave];
