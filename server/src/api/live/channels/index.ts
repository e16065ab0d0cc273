import type { Provider, Type } from '@nestjs/common';
import type { ChannelSource } from '../channel.js';
import type { ChannelSources } from '../connection.js';
import { AlertsChannel } from './alerts.js';
import { ContainersChannel } from './containers.js';
import { DeployChannel } from './deploy.js';
import { EventsChannel } from './events.js';
import { ImageUpdatesChannel } from './image-updates.js';
import { ImagesChannel } from './images.js';
import { LogSearchChannel } from './log-search.js';
import { LogsChannel } from './logs.js';
import { NetworksChannel } from './networks.js';
import { PullChannel } from './pull.js';
import { SchedulesChannel } from './schedules.js';
import { StacksChannel } from './stacks.js';
import { StatsChannel } from './stats.js';
import { TasksChannel } from './tasks.js';
import { TerminalChannel } from './terminal.js';
import { TerminalsChannel } from './terminals.js';
import { VolumesChannel } from './volumes.js';

/** Nest token of the ChannelSources by kind. */
export const CHANNEL_SOURCES = Symbol('ChannelSources');

/** What serves the channels, one file for each kind. */
const sources: Type<ChannelSource>[] = [
  AlertsChannel,
  ContainersChannel,
  DeployChannel,
  EventsChannel,
  ImageUpdatesChannel,
  ImagesChannel,
  LogSearchChannel,
  LogsChannel,
  NetworksChannel,
  PullChannel,
  SchedulesChannel,
  StacksChannel,
  StatsChannel,
  TasksChannel,
  TerminalChannel,
  TerminalsChannel,
  VolumesChannel,
];

export const channelProviders: Provider[] = [
  ...sources,
  {
    provide: CHANNEL_SOURCES,
    inject: sources,
    useFactory: (...instances: ChannelSource[]): ChannelSources => new Map(instances.map((source) => [source.kind, source])),
  },
];
