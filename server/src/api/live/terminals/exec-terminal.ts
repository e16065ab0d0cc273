import { constants } from 'node:os';
import { Injectable } from '@nestjs/common';
import { unavailable } from '../../../base/errors.js';
import { Execs } from '../../../container/exec.js';
import { Engine } from '../../../engine/engine.js';
import { ContainerExec } from '../../../engine/exec/container-exec.js';
import { ExecResize } from '../../../engine/exec/exec-resize.js';
import { ExecStart } from '../../../engine/exec/exec-start.js';
import { Events } from '../../../events/events.js';
import { inputTo, NO_DETACH_KEYS } from './input.js';
import type { Size, TerminalProcess } from './session.js';

export interface TerminalCommand {
  readonly container: string;
  readonly command: readonly string[];
  /** Empty: the container's own. */
  readonly user: string;
}

/** Runs commands of their own on terminals in running containers. */
@Injectable()
export class ExecTerminals {
  constructor(
    private readonly engine: Engine,
    private readonly events: Events,
    private readonly execs: Execs,
  ) {}

  /** @throws NotFound, Conflict when the container does not run, InvalidParameter when the command cannot be run */
  async start({ container, command, user }: TerminalCommand, { rows, columns }: Size): Promise<TerminalProcess> {
    const { Id: id } = await this.engine.run(ContainerExec, {
      id: container,
      config: {
        Cmd: [...command],
        User: user,
        Env: ['TERM=xterm-256color'],
        Tty: true,
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        ConsoleSize: [rows, columns],
        DetachKeys: NO_DETACH_KEYS,
      },
    });
    const exit = this.exitOf(id);
    try {
      const started = await this.engine.run(ExecStart, { id, config: { Tty: true } });
      const streams = await started.streams;
      if (!streams) throw unavailable(`exec ${id} has no terminal`);
      const { output, input } = streams;
      return {
        output,
        input: inputTo(output, input),
        resize: ({ rows: h, columns: w }) => void this.engine.run(ExecResize, { id, h, w }).catch(ignoreEnded),
        exitCode: exit.code,
        hangUp: async () => {
          // A process that ended meanwhile needs no signal.
          await this.execs.get(id).process?.signal(constants.signals.SIGHUP);
          output.destroy();
        },
      };
    } catch (error) {
      exit.stop();
      throw error;
    }
  }

  /** The exit code of an exec that has not been started yet; undefined when it is stopped before. */
  private exitOf(id: string): { code: Promise<number | undefined>; stop: () => void } {
    const { promise: code, resolve } = Promise.withResolvers<number | undefined>();
    const { unsubscribe } = this.events.subscribe(({ Action, Actor }) => {
      if (Action !== 'exec_die' || Actor.Attributes['execID'] !== id) return;
      unsubscribe();
      resolve(Number(Actor.Attributes['exitCode']));
    });
    const stop = () => {
      unsubscribe();
      resolve(undefined);
    };
    return { code, stop };
  }
}

/** The size of a process that has ended meanwhile does not matter. */
function ignoreEnded(): void {}
