import type { Type } from '@nestjs/common';
import { Attachment } from './attachment.js';
import { NetworkConnect } from './connect.js';
import { NetworkCreate } from './create.js';
import { NetworkDelete } from './delete.js';
import { NetworkDisconnect } from './disconnect.js';
import { NetworkInspect } from './inspect.js';
import { NetworkList } from './list.js';
import { NetworkPrune } from './prune.js';
import { NetworkRemoval } from './removal.js';

export { NetworkConnect, NetworkCreate, NetworkDelete, NetworkDisconnect, NetworkInspect, NetworkList, NetworkPrune };

/** The jobs on networks, one file each, and what they share. */
export const networkJobs: Type[] = [
  NetworkConnect,
  NetworkCreate,
  NetworkDelete,
  NetworkDisconnect,
  NetworkInspect,
  NetworkList,
  NetworkPrune,
  NetworkRemoval,
  Attachment,
];
