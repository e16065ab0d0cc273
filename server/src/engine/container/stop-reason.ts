import { Injectable } from '@nestjs/common';
import type { Container } from '../../container/container.js';
import { stopReason, type StopReason } from '../../container/stop-reason.js';
import { Containers } from '../../container/store.js';
import { kindOf } from '../../base/errors.js';
import { FrameReader } from '../../base/frames.js';
import type { Job } from '../job.js';
import { Logs } from './logs/logs.js';

/** Lines of the log's end that are looked through for errors, and how many of them are told. */
const LOOKED_AT = 50;
const TOLD = 5;
const LONGEST_LINE = 500;
/** Milliseconds that may lie between what a process writes first and the note of its start. */
const START = 10_000;

export interface ToldStopReason extends Partial<StopReason> {
  readonly lastErrors: string[];
}

/** Tells why a container does not run, and what it wrote last when it failed. */
@Injectable()
export class ContainerStopReason implements Job<{ id: string }, ToldStopReason> {
  constructor(
    private readonly containers: Containers,
    private readonly logs: Logs,
  ) {}

  async run({ id }: { id: string }): Promise<ToldStopReason> {
    const container = this.containers.get(id);
    const reason = stopReason(container.record, container.state);
    return { ...reason, lastErrors: reason?.tone === 'bad' && !container.state.error ? await this.lastErrors(container) : [] };
  }

  /** A terminal does not tell errors from the rest. */
  private async lastErrors(container: Container): Promise<string[]> {
    const { tty, state } = container;
    const since = BigInt(Math.max(0, Date.parse(state.startedAt) - START)) * 1_000_000n;
    const request = {
      stdout: tty,
      stderr: true,
      tail: LOOKED_AT,
      since,
      until: undefined,
      timestamps: false,
      details: false,
      frames: !tty,
    };
    const frames = new FrameReader();
    let text = '';
    try {
      for await (const chunk of this.logs.read(container, request, { signal: new AbortController().signal, ended: undefined })) {
        text += tty
          ? chunk.toString()
          : frames
              .push(chunk)
              .map((frame) => frame.text.toString())
              .join('');
      }
    } catch (error) {
      // Some log drivers keep nothing to be read.
      if (kindOf(error) !== 'NotImplemented') throw error;
    }
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
    return lines.slice(-TOLD).map((line) => line.slice(0, LONGEST_LINE));
  }
}
