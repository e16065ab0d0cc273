import type { Type } from '@nestjs/common';
import { SystemAuth } from './auth.js';
import { SystemDataUsage } from './data-usage.js';
import { SystemEvents } from './events.js';
import { SystemInfo } from './info.js';
import { SystemPing } from './ping.js';
import { SystemVersion } from './version.js';

/** The jobs of the system, one file each. */
export const systemJobs: Type[] = [SystemAuth, SystemDataUsage, SystemEvents, SystemInfo, SystemPing, SystemVersion];

export { SystemAuth, SystemDataUsage, SystemEvents, SystemInfo, SystemPing, SystemVersion };
