import { BUSYBOX, busyboxArchive } from '../../fixtures/busybox.ts';
import { type Daemon, startDaemon } from '../../fixtures/daemon.ts';
import { image, saved } from '../../fixtures/image.ts';
import { type Registry, startRegistry } from '../../fixtures/registry.ts';
import { file, tar } from '../../fixtures/tar.ts';
import { Random } from '../fuzz/random.ts';
import { judge, tidy } from './aftermath.ts';
import { bridgePrefix, disagreements } from './census.ts';
import { Fleet, isFleet } from './fleet.ts';
import { sendMortal } from './mortal.ts';
import { OPERATIONS, type Supplies } from './operations.ts';
import { Steps } from './steps.ts';
import { readStore } from './store-copy.ts';
import { until } from './until.ts';

/** A death of the daemon. */
export interface Death {
  /** What was asked of it meanwhile, all at once: names of OPERATIONS. */
  readonly during: readonly string[];
  /** Number of the step at which it kills itself, or milliseconds after which it is killed. */
  readonly at: { readonly step: number } | { readonly ms: number };
  /** Number of the step of its next start at which it dies once more. */
  readonly again?: number;
}

/** A death, and what was not as it is to be after it. */
export interface Verdict {
  readonly death: Death;
  /** The step it died at, where one was given. */
  readonly step: string | undefined;
  readonly complaints: readonly string[];
  /** From its start until the API answered. */
  readonly backMs: number;
}

/** How long the store and the kernel may differ: removed layers go in the background, and the fleet's restarts go on. */
const PATIENCE_MS = 60_000;

/** A daemon that is killed over and over, and what it must not lose. */
export class Campaign {
  private readonly daemon: Daemon;
  private readonly steps: Steps;
  private readonly registry: Registry;
  private readonly supplies: Supplies;
  private readonly fleet: Fleet;
  private readonly random: Random;
  private baseline = '';
  private round = 0;

  private constructor(daemon: Daemon, steps: Steps, registry: Registry, supplies: Supplies, random: Random) {
    this.daemon = daemon;
    this.steps = steps;
    this.registry = registry;
    this.supplies = supplies;
    this.random = random;
    this.fleet = new Fleet(daemon);
  }

  static async open(seed: number): Promise<Campaign> {
    const steps = new Steps();
    steps.begin();
    const registry = await startRegistry();
    const layer = async (name: string) => tar([file(name, Buffer.alloc(2_000_000, name))]);
    const remote = `${registry.address}/cargo:1`;
    await registry.publish('cargo', '1', image([await layer('pulled-one'), await layer('pulled-two')]));
    const daemon = await startDaemon({ env: steps.env });
    const supplies = {
      archive: await saved(image([await layer('loaded-one'), await layer('loaded-two')]), 'loaded:1'),
      remote,
      context: await tar([
        file('Dockerfile', `FROM ${BUSYBOX}\nCOPY cargo /cargo\nRUN echo made > /made\n`),
        file('cargo', Buffer.alloc(500_000, 'c')),
      ]),
      files: await tar([file('copied', Buffer.alloc(300_000, 'f'))]),
    };
    const campaign = new Campaign(daemon, steps, registry, supplies, new Random(seed));
    await daemon.load(await busyboxArchive());
    await campaign.fleet.launch();
    campaign.baseline = campaign.holdings();
    return campaign;
  }

  /** The steps that an operation has, in the order of one undisturbed run. */
  async trace(operation: string): Promise<string[]> {
    const name = this.nextName();
    const { prepare, act } = OPERATIONS[operation]!;
    await prepare?.(this.daemon.http, name);
    this.steps.begin();
    await act(this.daemon.http, name, this.supplies);
    const steps = this.steps.passed();
    await this.clear();
    return steps;
  }

  /** Kills the daemon once (or twice), starts it again, and looks at everything. */
  async suffer(death: Death): Promise<Verdict> {
    const { http } = this.daemon;
    const prefix = this.nextName();
    const jobs = death.during.map((operation, index) => ({ ...OPERATIONS[operation]!, name: `${prefix}${index}` }));
    const complaints: string[] = [];
    await Promise.all(jobs.map(({ prepare, name }) => prepare?.(http, name)));
    const mortal = await sendMortal(http, `mortal-${prefix}`, this.random);
    this.steps.begin('step' in death.at ? death.at.step : undefined);
    const acts = jobs.map(({ act, name }) => this.untilItDies(act(http, name, this.supplies), complaints));
    if ('ms' in death.at) await pause(death.at.ms);
    else await Promise.race([Promise.all(acts), until('death', async () => !this.daemon.alive, 60_000)]);
    const passed = this.steps.passed();
    await this.daemon.stop('SIGKILL');
    await Promise.all(acts);
    if (death.again !== undefined) await this.dieAtStart(death.again);
    this.steps.begin();
    const start = performance.now();
    await this.daemon.start();
    const backMs = performance.now() - start;
    // What cannot be looked at is no better than what is not as it must be.
    const looks = this.look(prefix, Date.now(), mortal).catch((error: Error) => [`looking at it failed: ${error.stack}`]);
    complaints.push(...(await looks));
    return { death, step: 'step' in death.at ? passed[death.at.step - 1] : undefined, complaints, backMs };
  }

  /** Looks at what may only be looked at in the end, and removes everything. */
  async close(): Promise<string[]> {
    const complaints = await this.fleet.logComplaints();
    await this.daemon.remove();
    await this.registry.stop();
    this.steps.remove();
    return complaints;
  }

  /** What the daemon said since its last start. */
  get output(): string {
    return this.daemon.output;
  }

  private async look(prefix: string, restarted: number, mortal: Awaited<ReturnType<typeof sendMortal>>): Promise<string[]> {
    const { http } = this.daemon;
    const complaints = [...(await this.fleet.complaints(restarted)), ...(await mortal.complaints())];
    complaints.push(...(await this.agreement('after the restart')));
    complaints.push(...(await judge(http, prefix)));
    complaints.push(...(await this.clear()));
    complaints.push(...(await this.agreement('after everything was removed')));
    return complaints;
  }

  /** Removes what operations made. @returns what is left of it then */
  private async clear(): Promise<string[]> {
    const prefix = bridgePrefix(this.daemon);
    const complaints = await tidy(
      this.daemon.http,
      (name) => isFleet(name) || name === BUSYBOX,
      (name) => name.startsWith(prefix),
    );
    const left = this.holdings();
    return left === this.baseline ? complaints : [...complaints, `left behind: ${left}, and not ${this.baseline}`];
  }

  private async agreement(when: string): Promise<string[]> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const lines = await disagreements(this.daemon);
      if (lines.length === 0 || performance.now() > deadline) return lines.map((line) => `${when}: ${line}`);
      await pause(100);
    }
  }

  /** How much of everything the store has. */
  private holdings(): string {
    const { containers, images, layers, readWriteLayers, networks, volumes } = readStore(this.daemon.dataRoot);
    return Object.entries({ containers, images, layers, readWriteLayers, networks, volumes })
      .map(([name, things]) => `${things.length} ${name}`)
      .join(', ');
  }

  /** A request that the daemon's death may break off. One that was answered must not have failed for a fault of the daemon's. */
  private async untilItDies(request: Promise<unknown>, complaints: string[]): Promise<void> {
    const answer = (await request.catch((error: NodeJS.ErrnoException) => {
      if (!['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOENT'].includes(error.code ?? '') && !(error instanceof SyntaxError)) throw error;
    })) as { status?: number; text: string } | undefined;
    if ((answer?.status ?? 0) >= 500) complaints.push(`answered ${answer?.status}: ${answer?.text}`);
  }

  private async dieAtStart(step: number): Promise<void> {
    this.steps.begin(step);
    const running = this.daemon.launch();
    await Promise.race([running.ended, running.printed(/is ready on /, { within: 60_000 }).catch(() => undefined)]);
    await running.kill('SIGKILL');
  }

  private nextName(): string {
    return `${bridgePrefix(this.daemon)}${++this.round}-`;
  }
}

function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms);
  return promise;
}
