import { Global, Module } from '@nestjs/common';
import { RegistryLogins } from './logins.js';
import { Registry } from './registry.js';

/** Registries: where images are pulled from and pushed to. */
@Global()
@Module({ providers: [Registry, RegistryLogins], exports: [Registry, RegistryLogins] })
export class RegistryModule {}
