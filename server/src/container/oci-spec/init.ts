import type { HostConfig } from '../../api/generated/types.gen.js';
import type { SpecMount } from './mounts.js';

/** Where the init stands in a container, as Docker has it. */
const PLACE = '/sbin/docker-init';

/** The daemon's say in whether containers get an init, and which. */
export interface InitChoice {
  /** Containers that do not say themselves get one. */
  readonly init: boolean;
  /** The program, by its path on the host. */
  readonly initPath: string;
}

/** Whether a container runs an init before its program: only one that has its processes to itself can. */
export function runsInit({ Init, PidMode }: HostConfig, choice: InitChoice): boolean {
  return (Init ?? choice.init) && !PidMode;
}

/** The arguments of a program that an init runs. */
export function underInit(args: readonly string[]): string[] {
  return [PLACE, '--', ...args];
}

/** Shows the container the program, which it cannot change. */
export function initMount({ initPath }: InitChoice): SpecMount {
  return { destination: PLACE, type: 'bind', source: initPath, options: ['bind', 'ro'] };
}
