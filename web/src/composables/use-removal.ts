import { t } from '@/language';
import { useConfirm, type Question } from './use-confirm';
import { useToasts } from './use-toasts';

/** Asks, removes, and says when it failed; answers whether it is gone. */
export function useRemoval() {
  const { ask } = useConfirm();
  const toasts = useToasts();

  async function removeAfterAsking(
    name: string,
    question: Omit<Question, 'title' | 'verb'>,
    remove: (option: boolean) => Promise<unknown>,
  ): Promise<boolean> {
    const { yes, option } = await ask({ title: t('common.removeTitle', { name }), verb: t('common.remove'), ...question });
    if (!yes) return false;
    try {
      await remove(option);
      return true;
    } catch (error) {
      toasts.fail(t('common.removeFailed', { name }), error);
      return false;
    }
  }

  return { removeAfterAsking };
}
