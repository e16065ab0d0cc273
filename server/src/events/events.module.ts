import { Global, Module } from '@nestjs/common';
import { Database } from '../state/database.js';
import { Events } from './events.js';
import { EventHistory } from './history.js';

const events = { provide: Events, inject: [Database], useFactory: (database: Database) => new Events(new EventHistory(database)) };

/** What happens in the daemon, told to whoever listens. */
@Global()
@Module({ providers: [events], exports: [Events] })
export class EventsModule {}
