import { Global, Module } from '@nestjs/common';
import { Connections } from './connections.js';
import { Networks } from './networks.js';
import { HostPorts } from './ports/host-ports.js';
import { LinkedPorts } from './sandbox/linked-ports.js';
import { Plugs } from './sandbox/plugs.js';
import { PortPublisher } from './sandbox/publisher.js';
import { Resolvers } from './sandbox/resolvers.js';
import { SandboxTable } from './sandbox/table.js';
import { Sandboxes } from './sandboxes.js';
import { NetworkStore } from './store.js';

const providers = [NetworkStore, Networks, HostPorts, PortPublisher, Resolvers, Plugs, LinkedPorts, SandboxTable, Sandboxes, Connections];

/** Networks, and what containers hold of them. */
@Global()
@Module({ providers, exports: [Networks, Sandboxes, Connections] })
export class NetworkModule {}
