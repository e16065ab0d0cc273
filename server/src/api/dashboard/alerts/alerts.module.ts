import { Module } from '@nestjs/common';
import { AlertChannelController } from './alert-channel.controller.js';
import { AlertRuleController } from './alert-rule.controller.js';

/** Alerts, as dashboard-api.openapi.yaml describes them. */
@Module({ controllers: [AlertChannelController, AlertRuleController] })
export class AlertApiModule {}
