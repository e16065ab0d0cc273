import type { Type } from '@nestjs/common';
import { DistributionInspect } from './inspect.js';

/** The jobs of the distribution, one file each. */
export const distributionJobs: Type[] = [DistributionInspect];

export { DistributionInspect };
