import { ref } from 'vue';
import { createContainer, startContainer } from '@/client/containers';
import { messageOf } from '@/client/errors';
import type { Wanted } from '@/client/container-edit';
import { t } from '@/language';
import { withTag } from '@/model/run-form';
import { useImages } from '@/stores/lists';
import { usePull } from './use-pull';
import { useToasts } from './use-toasts';

/** Does what `docker run -d` does: pulls when the image is missing, creates, starts. */
export function useRun() {
  const images = useImages();
  const toasts = useToasts();
  const { progress, pull } = usePull();
  const step = ref<'pull' | 'create' | 'start'>();
  const problem = ref('');
  /** Another number once it was given up. */
  let round = 0;

  const isHere = (reference: string): boolean =>
    images.items.some(({ Id, RepoTags, RepoDigests }) => {
      const names = [...(RepoTags ?? []), ...(RepoDigests ?? []), Id, Id.replace('sha256:', '')];
      return names.includes(withTag(reference)) || names.includes(reference) || Id.startsWith(`sha256:${reference}`);
    });

  /** Answers the container's ID, or nothing when it was not made; a container that was made but does not start is shown. */
  async function run({ name, body }: Wanted): Promise<string | undefined> {
    const mine = ++round;
    problem.value = '';
    try {
      const image = body.Image ?? '';
      if (!isHere(image)) {
        step.value = 'pull';
        await pull(withTag(image));
        if (mine !== round) return undefined;
      }
      step.value = 'create';
      const { Id, Warnings } = await createContainer(name || undefined, body);
      Warnings?.forEach((warning) => toasts.show({ tone: 'plain', title: warning }));
      step.value = 'start';
      await startContainer(Id).catch((error: unknown) => toasts.fail(t('run.notStarted'), error));
      return Id;
    } catch (error) {
      if (mine === round) problem.value = messageOf(error);
      return undefined;
    } finally {
      if (mine === round) step.value = undefined;
    }
  }

  /** Starts over; what is being pulled goes on, but no container is made of it. */
  function reset(): void {
    round++;
    problem.value = '';
    step.value = undefined;
  }

  return { step, problem, progress, run, reset };
}
