import { computed, onScopeDispose, ref, shallowRef } from 'vue';
import type { Channel } from '@/client/live';
import { applyDeploy, deploySubjects, type DeployState } from '@/model/stack/stack';
import { useLive } from './use-live';

/** Watches a deployment, which goes on in the daemon when the page is left. */
export function useDeployment() {
  const state = shallowRef<DeployState>(new Map());
  const task = ref<string>();
  const running = ref(false);
  const error = ref<string>();
  const subjects = computed(() => deploySubjects(state.value));
  let channel: Channel | undefined;

  /** @param done is called when it has ended well */
  function watchTask(id: string, done?: () => void): void {
    if (task.value === id) return;
    channel?.close();
    state.value = new Map();
    [task.value, running.value, error.value] = [id, true, undefined];
    channel = useLive()
      .connect()
      .open('deploy', {
        params: () => ({ task: id }),
        data: (messages) => {
          state.value = applyDeploy(state.value, messages);
        },
        end: (reason) => {
          running.value = false;
          error.value = reason.error;
          if (!reason.error) done?.();
        },
        lost: () => true,
      });
  }

  function forget(): void {
    channel?.close();
    task.value = undefined;
    running.value = false;
    error.value = undefined;
  }

  onScopeDispose(() => channel?.close());
  return { subjects, task, running, error, watchTask, forget };
}
