import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Attempts } from '../../../auth/attempts.js';
import { AuditLog } from '../../../auth/audit-log.js';
import { sameSecret } from '../../../auth/token.js';
import { forbidden, kindOf, messageOf, notFound } from '../../../base/errors.js';
import { timerMs } from '../../../base/timers.js';
import type { Report } from '../../../deploy/report.js';
import { GitStacks } from '../../../deploy/stack/git/git-stacks.js';
import { isDeployed } from '../../../deploy/stack/git/source.js';
import { GitSources } from '../../../deploy/stack/git/sources.js';
import { touchedBy } from '../../../deploy/stack/git/touched.js';
import { StackFiles } from '../../../deploy/stack/stack-files.js';
import { Stacks } from '../../../deploy/stack/stacks.js';
import { StackUp } from '../../../deploy/stack/up.js';
import { onBehalfOf, ROLE_FOR, StandingAskers } from '../../../engine/access/index.js';
import { Deployments } from '../deployments.js';
import { nextLook } from './git-state.js';

/** What has a stack looked at without anybody asking. */
type Cause = 'poll' | 'webhook';

/** How long news wait while something else is done with the stack, in milliseconds. */
const AGAIN_MS = 5000;
/** Shortest time between two looks that webhooks ask for. */
const PAUSE_MS = 2000;

/** Keeps stacks what their git repositories say: on a timer, when a webhook calls, and when somebody asks. */
@Injectable()
export class GitUpdates implements OnApplicationShutdown {
  private readonly log = new Logger('Git');
  private readonly timers = new Map<string, { due: number; timer: NodeJS.Timeout }>();
  /** Looks that are put off. */
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  /** Stacks that are looked at, and what has asked for it again meanwhile. */
  private readonly looking = new Map<string, Set<Cause>>();
  private readonly guesses = new Attempts();
  private readonly ending = new AbortController();
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly sources: GitSources,
    private readonly git: GitStacks,
    private readonly files: StackFiles,
    private readonly stacks: Stacks,
    private readonly up: StackUp,
    private readonly askers: StandingAskers,
    private readonly deployments: Deployments,
    private readonly audit: AuditLog,
  ) {}

  /** Begins when the daemon can deploy. */
  async begin(): Promise<void> {
    await this.files.clearScratch();
    for (const { name, state } of this.sources.all())
      if (state.deploying) this.git.noteFailure(name, state.deploying, new Error('the daemon ended while this was deployed'));
    this.unsubscribe = this.sources.subscribe(() => this.adapt()).unsubscribe;
    this.adapt();
  }

  onApplicationShutdown(): void {
    this.unsubscribe?.();
    this.ending.abort();
    for (const timer of [...this.waiting.values(), ...[...this.timers.values()].map((each) => each.timer)]) clearTimeout(timer);
  }

  /**
   * A git host says that there are news: they are looked for, once for many calls.
   * @param address of the caller, who is slowed down when they guess
   * @throws NotFound for a wrong secret as for a stack that has none; TooManyRequests
   */
  async called(name: string, secret: string, address: string): Promise<void> {
    const stack = this.sources.find(name);
    const right = sameSecret(stack?.hook ?? '', secret);
    if (!stack?.hook || !right) {
      this.guesses.begin(address);
      throw notFound('No such webhook');
    }
    this.lookIn(name, 'webhook', Math.min(PAUSE_MS, Math.max(0, stack.state.checked + PAUSE_MS - Date.now())));
  }

  /** Fetches and deploys what the repository has now. @returns the task @throws NotFound, Conflict */
  deploy(name: string): string {
    this.sources.get(name);
    return this.deployments.begin(`stack ${name}`, name, (report, signal) => this.update(name, true, report, signal));
  }

  /** One timer for each stack that is polled, none while there is none. */
  private adapt(): void {
    const wanted = new Map(this.sources.all().flatMap((stack) => [[stack.name, nextLook(stack)] as const]));
    for (const [name, { due, timer }] of this.timers) {
      if (wanted.get(name) === due) continue;
      clearTimeout(timer);
      this.timers.delete(name);
    }
    for (const [name, due] of wanted) if (due !== undefined && !this.timers.has(name) && !this.looking.has(name)) this.arm(name, due);
  }

  private arm(name: string, due: number): void {
    const go = () => {
      this.timers.delete(name);
      if (Date.now() < due) this.arm(name, due);
      else void this.look(name, 'poll');
    };
    this.timers.set(name, { due, timer: setTimeout(go, timerMs(Math.max(0, due - Date.now()))).unref() });
  }

  private lookIn(name: string, cause: Cause, milliseconds: number): void {
    if (this.waiting.has(name)) return;
    const go = () => {
      this.waiting.delete(name);
      void this.look(name, cause);
    };
    this.waiting.set(name, setTimeout(go, milliseconds).unref());
  }

  /** Never throws: what fails is noted with the stack. */
  private async look(name: string, cause: Cause): Promise<void> {
    if (this.ending.signal.aborted) return;
    const again = this.looking.get(name);
    if (again) return void again.add(cause);
    this.looking.set(name, new Set());
    try {
      const stack = this.sources.get(name);
      if (cause === 'webhook' && stack.hook === '') return;
      const asker = this.askers.asker(stack.asker);
      if (!asker.rights.in(name, 'operate'))
        throw forbidden(`stack ${name} is updated for ${asker.name}, who needs the role ${ROLE_FOR.operate} in project ${name} for it`);
      await onBehalfOf(asker, () => this.updateOnNews(name, cause, asker.name));
    } catch (error) {
      if (this.ending.signal.aborted) return;
      this.log.warn(`stack ${name}: ${messageOf(error)}`);
      this.sources.note(name, { checked: Date.now(), error: messageOf(error) });
    } finally {
      const again = this.looking.get(name);
      this.looking.delete(name);
      if (again?.has('webhook')) this.lookIn(name, 'webhook', PAUSE_MS);
      if (!this.ending.signal.aborted) this.adapt();
    }
  }

  /** A commit that was refused before is taken up again when the git host calls once more, not by every look. */
  private async updateOnNews(name: string, cause: Cause, user: string): Promise<void> {
    const latest = await this.git.look(name, this.ending.signal);
    const { state } = this.sources.get(name);
    const failed = state.failure?.commit === latest;
    if (failed ? cause === 'poll' : latest === state.commit) return;
    const time = Date.now();
    const work = (report: Report, signal: AbortSignal) => this.update(name, isDeployed(state), report, signal);
    try {
      const task = this.deployments.begin(`stack ${name}`, name, work);
      const { error } = await this.deployments.get(task).ended;
      const outcome = { outcome: error === undefined ? ('done' as const) : ('failed' as const), status: 0 };
      const entry = { time, user, by: cause, token: '', address: '', operation: 'DashboardStackGitDeploy', kind: 'stack' };
      this.audit.add({ ...entry, object: name, name, ...outcome });
    } catch (error) {
      if (kindOf(error) !== 'Conflict') throw error;
      this.lookIn(name, cause, AGAIN_MS);
    }
  }

  private async update(name: string, deploy: boolean, report: Report, signal: AbortSignal): Promise<void> {
    const subject = 'repository';
    report({ subject, status: 'Fetching' });
    const { commit, changed } = await this.git.fetch(name, signal).catch((error: unknown) => {
      report({ subject, status: 'Failed', done: true, error: messageOf(error) });
      throw error;
    });
    report({ subject, status: commit.slice(0, 12), done: true });
    if (!deploy) return;
    const { profiles = [] } = this.sources.get(name).state;
    this.sources.note(name, { profiles, off: false, deploying: commit });
    try {
      const project = await this.stacks.project(name, profiles);
      await this.up.run(project, { build: true, removeOrphans: true, anew: touchedBy(project, changed) }, report, signal);
      this.git.noteDeployed(name);
    } catch (error) {
      this.git.noteFailure(name, commit, error);
      throw error;
    }
  }
}
