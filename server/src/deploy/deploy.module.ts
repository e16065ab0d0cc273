import { Global, Module } from '@nestjs/common';
import { ContainerCheck } from './container/check.js';
import { ContainerEdit } from './container/edit.js';
import { GuardedUpdate } from './container/guarded-update.js';
import { Revisions } from './container/revisions.js';
import { ImageBuilding } from './image-building.js';
import { ImagePushing } from './image-pushing.js';
import { ImageUpdates } from './image-updates.js';
import { ImageSupply } from './image-supply.js';
import { Inspection } from './inspection.js';
import { Replacement } from './replacement.js';
import { ServiceBuild } from './service-build.js';
import { GitStacks } from './stack/git/git-stacks.js';
import { GitSources } from './stack/git/sources.js';
import { StackLifecycle } from './stack/lifecycle.js';
import { Planner } from './stack/plan.js';
import { StackFiles } from './stack/stack-files.js';
import { Stacks } from './stack/stacks.js';
import { StackUp } from './stack/up.js';
import { StackVersions } from './stack/versions.js';
import { Waiting } from './waiting.js';

const rooms = [
  ContainerCheck,
  ContainerEdit,
  GitSources,
  GitStacks,
  GuardedUpdate,
  ImageBuilding,
  ImagePushing,
  ImageSupply,
  ImageUpdates,
  Inspection,
  Planner,
  Replacement,
  Revisions,
  ServiceBuild,
  StackFiles,
  StackLifecycle,
  Stacks,
  StackUp,
  StackVersions,
  Waiting,
];

/** What takes several jobs of the engine: stacks, and putting a container in another's place. */
@Global()
@Module({ providers: rooms, exports: rooms })
export class DeployModule {}
