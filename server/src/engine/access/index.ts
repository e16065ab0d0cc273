/** Who asks, for rooms that do not know sign-in. */
export { askerOf, isConfined, onBehalfOf, type Asker } from '../../auth/asker.js';
export { Rights, ROLE_FOR, type Right } from '../../auth/rights.js';
export { JobGuard } from './job-guard.js';
export { has, Ownership, projectOf, type Owner } from './ownership.js';
export { StandingAskers, type StandingAsker } from './standing-askers.js';
export { isVisible } from './visible-events.js';
