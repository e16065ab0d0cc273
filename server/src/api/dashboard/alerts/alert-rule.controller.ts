import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import type { AlertRule as Rule } from '../../../alerts/rule.js';
import { AlertRules } from '../../../alerts/rules.js';
import type { AlertRule, AlertRuleRequest } from '../../generated/dashboard/types.gen.js';
import { LogPattern } from '../../live/logs/pattern.js';

/** The rules of alerts. */
@Controller('dashboard/alerts/rules')
export class AlertRuleController {
  constructor(private readonly rules: AlertRules) {}

  @Get()
  list(): AlertRule[] {
    return this.rules.all().map(toAnswer);
  }

  @Post()
  create(@Body() request: AlertRuleRequest): AlertRule {
    return toAnswer(this.rules.add(checked(request)));
  }

  @Put(':id')
  replace(@Param('id') id: string, @Body() request: AlertRuleRequest): AlertRule {
    return toAnswer(this.rules.replace(id, checked(request)));
  }

  @Delete(':id')
  remove(@Param('id') id: string): void {
    this.rules.remove(id);
  }
}

function toAnswer({ channels, ...rule }: Rule): AlertRule {
  return { ...rule, channels: [...channels] };
}

/** @throws InvalidParameter for what is no regular expression */
function checked(request: AlertRuleRequest): AlertRuleRequest {
  if (request.condition === 'log') LogPattern.check(request.pattern);
  return request;
}
