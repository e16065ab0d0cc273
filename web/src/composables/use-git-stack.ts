import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import { checkGit, deployGit, inspectGit, renewGitHook, type GitSettings } from '@/client/git-stacks';
import { t } from '@/language';
import { useConfirm } from './use-confirm';
import { useToasts } from './use-toasts';

/** What those who work with a stack do with its repository. @param may whether somebody is one of them */
export function useGitStack(name: () => string, may: () => boolean) {
  const toasts = useToasts();
  const { ask } = useConfirm();
  const settings = shallowRef<GitSettings>();
  const checking = ref(false);
  let gone = false;
  onScopeDispose(() => (gone = true));

  async function attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!gone) toasts.fail(what, error);
      return undefined;
    }
  }

  /** What came of it is told by the list of stacks, too. */
  async function check(): Promise<void> {
    checking.value = true;
    const state = await attempt(t('git.checkFailed'), () => checkGit(name()));
    checking.value = false;
    if (state && state.latest === state.commit) toasts.show({ tone: 'ok', title: t('git.upToDate') });
  }

  /** @returns the task */
  const deploy = async (): Promise<string | undefined> => (await attempt(t('stacks.deployFailed'), () => deployGit(name())))?.task;

  async function renew(): Promise<void> {
    const { yes } = await ask({ title: t('git.renewTitle'), text: t('git.renewText'), verb: t('git.renew') });
    if (yes) settings.value = (await attempt(t('git.renewFailed'), () => renewGitHook(name()))) ?? settings.value;
  }

  watch(
    () => [name(), may()] as const,
    async ([stack, allowed]) => {
      settings.value = undefined;
      if (allowed) settings.value = await inspectGit(stack).catch(() => undefined);
    },
    { immediate: true },
  );

  return { settings, checking, check, deploy, renew };
}
