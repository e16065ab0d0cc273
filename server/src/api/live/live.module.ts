import { Module } from '@nestjs/common';
import { AlertWatch } from './alerts/alert-watch.js';
import { AutoHeal } from './alerts/auto-heal.js';
import { DiskWatch } from './alerts/disk-watch.js';
import { LogWatch } from './alerts/log-watch.js';
import { StateWatch } from './alerts/state-watch.js';
import { UsageWatch } from './alerts/usage-watch.js';
import { channelProviders } from './channels/index.js';
import { Deployments } from './deployments.js';
import { LiveGateway } from './live.gateway.js';
import { LogsController } from './logs/logs.controller.js';
import { LogSources } from './logs/source.js';
import { Pulls } from './pulls.js';
import { StatsRecorder } from './stats/recorder.js';
import { StatsController } from './stats/stats.controller.js';
import { StatsSampler } from './stats-sampler.js';
import { GitUpdates } from './stacks/git-updates.js';
import { Tasks } from './tasks.js';
import { ExecTerminals } from './terminals/exec-terminal.js';
import { TerminalSessions } from './terminals/sessions.js';
import { TerminalController } from './terminals/terminal.controller.js';

/** What is pushed to the page. The application needs a LiveAdapter. */
@Module({
  controllers: [LogsController, StatsController, TerminalController],
  providers: [
    LiveGateway,
    AlertWatch,
    AutoHeal,
    DiskWatch,
    LogWatch,
    StateWatch,
    UsageWatch,
    Deployments,
    GitUpdates,
    Pulls,
    StatsRecorder,
    StatsSampler,
    Tasks,
    ExecTerminals,
    LogSources,
    TerminalSessions,
    ...channelProviders,
  ],
  exports: [Deployments, GitUpdates, Tasks, TerminalSessions],
})
export class LiveModule {}
