import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { AlertChannels, type AlertChannel as Channel } from '../../../alerts/channels.js';
import { AlertDelivery } from '../../../alerts/delivery/delivery.js';
import { AlertRules } from '../../../alerts/rules.js';
import type { AlertChannel, AlertChannelRequest } from '../../generated/dashboard/types.gen.js';

/** The channels of alerts. What they keep secret goes in here and never out. */
@Controller('dashboard/alerts/channels')
export class AlertChannelController {
  constructor(
    private readonly channels: AlertChannels,
    private readonly rules: AlertRules,
    private readonly delivery: AlertDelivery,
  ) {}

  @Get()
  list(): AlertChannel[] {
    return this.channels.all().map((channel) => this.answer(channel));
  }

  @Post()
  create(@Body() { secret, ...request }: AlertChannelRequest): AlertChannel {
    return this.answer(this.channels.add({ ...request, secret }));
  }

  @Put(':id')
  replace(@Param('id') id: string, @Body() { secret, ...request }: AlertChannelRequest): AlertChannel {
    return this.answer(this.channels.replace(id, { ...request, secret }));
  }

  @Delete(':id')
  remove(@Param('id') id: string): void {
    this.channels.remove(id);
    this.rules.forgetChannel(id);
  }

  @Post(':id/test')
  async test(@Param('id') id: string): Promise<void> {
    await this.delivery.test(this.channels.get(id));
  }

  private answer({ secret, ...channel }: Channel): AlertChannel {
    const outcome = this.channels.outcome(channel.id);
    return {
      ...channel,
      secretSet: secret !== '',
      ...(outcome && { lastSent: new Date(outcome.time).toISOString() }),
      ...(outcome?.error && { lastError: outcome.error }),
    };
  }
}
