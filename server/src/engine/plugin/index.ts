import type { Type } from '@nestjs/common';
import { PluginInspect } from './inspect.js';
import { PluginList } from './list.js';
import { PluginPull } from './pull.js';

export { PluginInspect, PluginList, PluginPull };

/** What is answered about managed plugins. */
export const pluginJobs: Type[] = [PluginInspect, PluginList, PluginPull];
