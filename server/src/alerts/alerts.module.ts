import { Global, Module } from '@nestjs/common';
import { AlertChannels } from './channels.js';
import { AlertDelivery } from './delivery/delivery.js';
import { Firings } from './firings.js';
import { Judge } from './judge.js';
import { AlertRules } from './rules.js';

const rooms = [AlertChannels, AlertDelivery, AlertRules, Firings, Judge];

/** Rules of alerts, what came of them, and how people are told. */
@Global()
@Module({ providers: rooms, exports: rooms })
export class AlertsModule {}
