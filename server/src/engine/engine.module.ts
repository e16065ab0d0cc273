import { Global, Module } from '@nestjs/common';
import { JobGuard, Ownership, StandingAskers } from './access/index.js';
import { containerJobs } from './container/index.js';
import { distributionJobs } from './distribution/index.js';
import { Engine } from './engine.js';
import { execJobs } from './exec/index.js';
import { filesJobs } from './files/index.js';
import { imageJobs } from './image/index.js';
import { Lifecycle } from './lifecycle.js';
import { Counters } from './metrics/counters.js';
import { Metrics } from './metrics/metrics.js';
import { networkJobs } from './network/index.js';
import { pluginJobs } from './plugin/index.js';
import { swarmJobs } from './swarm/index.js';
import { systemJobs } from './system/index.js';
import { volumeJobs } from './volume/index.js';

const jobs = [
  ...containerJobs,
  ...execJobs,
  ...filesJobs,
  ...imageJobs,
  ...distributionJobs,
  ...networkJobs,
  ...volumeJobs,
  ...pluginJobs,
  ...swarmJobs,
  ...systemJobs,
];

/** The engine and the table of everything it can do. */
@Global()
@Module({
  providers: [Engine, JobGuard, Ownership, StandingAskers, Lifecycle, Counters, Metrics, ...jobs],
  exports: [Engine, Ownership, StandingAskers, Lifecycle, Metrics, ...jobs],
})
export class EngineModule {}
