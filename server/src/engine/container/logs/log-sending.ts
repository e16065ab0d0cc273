import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogBatch, LogPosition, LogRecord, LogSink } from '../../../drivers/logdriver/driver.js';

const FIRST_WAIT = 100;
const LONGEST_WAIT = 30_000;
/** How long the other side is waited for when the container has ended; its next run sends what is left. */
const PATIENCE = 5_000;
const SAVED_AFTER = 200;

/** The log of one run on its way elsewhere. */
export class LogSending {
  private readonly stopped = new AbortController();
  private readonly ended = new AbortController();
  private deadline = Infinity;
  private position: LogPosition | undefined;
  private saving: NodeJS.Timeout | undefined;
  private saved: Promise<void> = Promise.resolve();

  /**
   * @param file where the position is saved
   * @param open reaches the other side
   * @param sink where it has been reached already
   */
  constructor(
    private readonly file: string,
    private readonly open: () => Promise<LogSink>,
    private sink: LogSink | undefined,
  ) {}

  /** Aborted by `stop`. */
  get signal(): AbortSignal {
    return this.stopped.signal;
  }

  /** The container has ended: the other side is not waited for much longer. */
  hurry(): void {
    this.deadline = Math.min(this.deadline, performance.now() + PATIENCE);
    this.ended.abort();
  }

  /** Sends nothing more. */
  stop(): void {
    this.deadline = 0;
    this.stopped.abort();
    this.ended.abort();
  }

  /** Sends what `read` gives from the saved position on. @throws when what is left at the end cannot be sent */
  async run(read: (from: LogPosition | undefined) => AsyncIterable<LogBatch>): Promise<void> {
    try {
      for await (const { records, next } of read(await this.load())) {
        await this.send(records);
        this.position = next;
        this.saving ??= setTimeout(() => this.save(), SAVED_AFTER).unref();
      }
    } finally {
      if (this.saving) this.save();
      await this.saved;
      await this.sink?.close();
    }
  }

  private async send(records: readonly LogRecord[]): Promise<void> {
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      try {
        this.sink ??= await this.open();
        return await this.sink.send(records);
      } catch (error) {
        const broken = this.sink;
        this.sink = undefined;
        await broken?.close();
        if (performance.now() >= this.deadline) throw error;
        if (!(await this.pause(Math.min(wait, this.deadline - performance.now())))) wait = FIRST_WAIT;
      }
    }
  }

  /** @returns false when the container has ended meanwhile: the next tries follow each other soon */
  private async pause(milliseconds: number): Promise<boolean> {
    if (this.ended.signal.aborted) return sleep(milliseconds, true);
    return sleep(milliseconds, true, { signal: this.ended.signal }).catch(() => false);
  }

  private async load(): Promise<LogPosition | undefined> {
    try {
      return JSON.parse(await readFile(this.file, 'utf8')) as LogPosition;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private save(): void {
    clearTimeout(this.saving);
    this.saving = undefined;
    const text = JSON.stringify(this.position);
    this.saved = this.saved.then(async () => {
      await writeFile(`${this.file}.new`, text, { mode: 0o600 });
      await rename(`${this.file}.new`, this.file);
    });
    // Told at the end of the run.
    this.saved.catch(() => undefined);
  }
}
