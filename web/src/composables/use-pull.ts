import { onScopeDispose, ref, shallowRef } from 'vue';
import type { Channel } from '@/client/live';
import { applyProgress, newPull, type PullState } from '@/model/pull-progress';
import { useLive } from './use-live';

/** Pulls an image, or joins its pull; the pull goes on in the daemon when the page is left. */
export function usePull() {
  const progress = shallowRef<PullState>(newPull());
  const running = ref(false);
  const error = ref<string>();
  let channel: Channel | undefined;

  /** Kept when the image is there. @throws Error with the registry's or daemon's message */
  function pull(reference: string, start = true): Promise<void> {
    channel?.close();
    progress.value = newPull();
    error.value = undefined;
    running.value = true;
    return new Promise<void>((resolve, reject) => {
      let again = false;
      channel = useLive()
        .connect()
        .open('pull', {
          params: () => ({ reference, start: start && !again }),
          data: (messages) => {
            progress.value = applyProgress(progress.value, messages);
          },
          end: (reason) => {
            running.value = false;
            error.value = reason.error ?? progress.value.error;
            if (error.value) reject(new Error(error.value));
            else resolve();
          },
          lost: () => (again = true),
        });
    });
  }

  onScopeDispose(() => channel?.close());
  return { progress, running, error, pull };
}
