import { shallowReactive } from 'vue';
import {
  killContainer,
  pauseContainer,
  removeContainer,
  restartContainer,
  startContainer,
  stopContainer,
  unpauseContainer,
  type ContainerSummary,
} from '@/client/containers';
import { t } from '@/language';
import { isUp, nameOf } from '@/model/container';
import { useConfirm } from './use-confirm';
import { useToasts } from './use-toasts';

export type ContainerVerb = 'start' | 'stop' | 'restart' | 'pause' | 'unpause' | 'kill';

const CALLS: Record<ContainerVerb, (id: string) => Promise<unknown>> = {
  start: startContainer,
  stop: stopContainer,
  restart: restartContainer,
  pause: pauseContainer,
  unpause: unpauseContainer,
  kill: killContainer,
};

/** What is being done to which container right now. */
const busy = shallowReactive(new Map<string, string>());

/** Which verbs make sense in a state. */
export function verbsFor(state: ContainerSummary['State']): ContainerVerb[] {
  if (state === 'paused') return ['unpause', 'kill'];
  if (state === 'running') return ['stop', 'restart', 'pause', 'kill'];
  if (state === 'restarting') return ['stop', 'kill'];
  return state === 'removing' ? [] : ['start'];
}

export function useContainerActions() {
  const toasts = useToasts();
  const { ask } = useConfirm();

  async function run(
    container: ContainerSummary,
    verb: ContainerVerb | 'remove',
    call: (id: string) => Promise<unknown>,
  ): Promise<boolean> {
    busy.set(container.Id, verb);
    try {
      await call(container.Id);
      return true;
    } catch (error) {
      toasts.fail(t(`verbs.${verb}Failed`, { name: nameOf(container) }), error);
      return false;
    } finally {
      busy.delete(container.Id);
    }
  }

  /** Does it to each for which it makes sense. */
  async function act(verb: ContainerVerb, containers: ContainerSummary[]): Promise<void> {
    const able = containers.filter(({ State }) => verbsFor(State).includes(verb));
    await Promise.all(able.map((container) => run(container, verb, CALLS[verb])));
  }

  /** Asks, then removes; answers whether all are gone. */
  async function remove(containers: ContainerSummary[]): Promise<boolean> {
    const names = containers.map(nameOf);
    const running = containers.filter(({ State }) => isUp(State)).length;
    const what = containers.length === 1 ? names[0] : t('verbs.count', { count: containers.length }, containers.length);
    const killed = running === 1 && containers.length === 1 ? t('verbs.runsOne') : t('verbs.runsMany', { count: running });
    const { yes, option } = await ask({
      title: t('verbs.removeTitle', { what }),
      text: `${running ? killed : ''}${t('verbs.lost')}`,
      objects: containers.length > 1 ? names : undefined,
      verb: t('common.remove'),
      option: { label: t('verbs.volumes'), value: false },
    });
    if (!yes) return false;
    const done = await Promise.all(containers.map((container) => run(container, 'remove', (id) => removeContainer(id, option))));
    return done.every(Boolean);
  }

  return { busy, act, remove };
}
