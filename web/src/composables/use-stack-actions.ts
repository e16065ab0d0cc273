import { ref, shallowRef, type Ref } from 'vue';
import { useRouter } from 'vue-router';
import {
  actOnStack,
  cancelTask,
  deployStack,
  planStack,
  removeStack,
  saveStack,
  type StackAction,
  type StackContent,
  type StackDeployment,
  type StackPlan,
} from '@/client/stacks';
import { detachGit } from '@/client/git-stacks';
import { t } from '@/language';
import { useConfirm } from './use-confirm';
import { useDeployment } from './use-deployment';
import { useToasts } from './use-toasts';

/** What is done with a stack from its page. */
export function useStackActions(name: () => string, content: Ref<StackContent>, saved: () => void) {
  const toasts = useToasts();
  const router = useRouter();
  const { ask } = useConfirm();
  const deployment = useDeployment();
  const plan = shallowRef<StackPlan>();
  const planOpen = ref(false);
  const removeOrphans = ref(false);
  /** Those that are wanted. */
  const profiles = ref<string[]>([]);
  const busy = ref(false);

  /** Runs it, telling what fails; answers whether it went well. */
  async function attempt(what: string, work: () => Promise<unknown>): Promise<boolean> {
    busy.value = true;
    try {
      await work();
      return true;
    } catch (error) {
      toasts.fail(what, error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  const save = () =>
    attempt(t('stacks.saveFailed'), async () => {
      await saveStack(name(), { ...content.value });
      saved();
    });

  /** What is planned changes with the profiles that are wanted. */
  async function choose(wanted: string[]): Promise<void> {
    profiles.value = wanted;
    await showPlan();
  }

  const showPlan = () =>
    attempt(t('stacks.planFailed'), async () => {
      plan.value = await planStack(name(), { ...content.value, profiles: profiles.value });
      planOpen.value = true;
    });

  /** Saves what is in the editor, and makes the stack so. */
  async function deploy(request: StackDeployment): Promise<void> {
    await attempt(t('stacks.deployFailed'), async () => {
      await saveStack(name(), { ...content.value });
      saved();
      const { task } = await deployStack(name(), request);
      planOpen.value = false;
      deployment.watchTask(task);
    });
  }

  const act = (action: StackAction['action'], volumes = false) =>
    attempt(t('stacks.actFailed'), async () => deployment.watchTask((await actOnStack(name(), { action, volumes })).task));

  async function down(): Promise<void> {
    const { yes, option } = await ask({
      title: t('stacks.downTitle', { name: name() }),
      text: t('stacks.downText'),
      verb: t('stacks.down'),
      option: { label: t('stacks.downVolumes'), value: false },
    });
    if (yes) await act('down', option);
  }

  async function remove(): Promise<void> {
    const { yes } = await ask({ title: t('stacks.removeTitle', { name: name() }), text: t('stacks.removeText'), verb: t('stacks.remove') });
    if (yes && (await attempt(t('stacks.removeFailed'), () => removeStack(name())))) await router.push('/stacks');
  }

  async function detach(): Promise<void> {
    const { yes } = await ask({ title: t('git.detachTitle', { name: name() }), text: t('git.detachText'), verb: t('git.detach') });
    if (yes) await attempt(t('git.detachFailed'), () => detachGit(name()));
  }

  const cancel = () => attempt(t('stacks.callOffFailed'), () => cancelTask(deployment.task.value ?? ''));

  return { plan, planOpen, removeOrphans, profiles, choose, busy, deployment, save, showPlan, deploy, act, down, remove, detach, cancel };
}
