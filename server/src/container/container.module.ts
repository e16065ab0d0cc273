import { Global, Module } from '@nestjs/common';
import { Execs } from './exec.js';
import { Containers } from './store.js';

/** Containers and their execs. */
@Global()
@Module({ providers: [Containers, Execs], exports: [Containers, Execs] })
export class ContainerModule {}
