import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { AlertEntry, ListChange, StackEntry, Task } from '@live';
import type { ContainerSummary } from '@/client/containers';
import type { ImageSummary } from '@/client/images';
import type { ImageUpdate } from '@/client/registries';
import type { Network } from '@/client/networks';
import type { Schedule } from '@/client/schedules';
import type { Volume } from '@/client/volumes';
import { applyChange } from '@/model/list-change';

/** A list that the daemon pushes, by key. */
function defineListStore<Item>(name: string, keyOf: (item: Item) => string) {
  return defineStore(name, () => {
    const byKey = shallowRef<ReadonlyMap<string, Item>>(new Map());
    const loaded = shallowRef(false);
    const items = computed(() => [...byKey.value.values()]);

    function apply(change: ListChange<Item>): void {
      byKey.value = applyChange(byKey.value, change, keyOf);
      loaded.value = true;
    }

    function clear(): void {
      byKey.value = new Map();
      loaded.value = false;
    }

    return { byKey, items, loaded, apply, clear };
  });
}

export const useContainers = defineListStore<ContainerSummary>('containers', ({ Id }) => Id);
export const useImages = defineListStore<ImageSummary>('images', ({ Id }) => Id);
export const useNetworks = defineListStore<Network>('networks', ({ Id }) => Id);
export const useVolumes = defineListStore<Volume>('volumes', ({ Name }) => Name);
export const useStacks = defineListStore<StackEntry>('stacks', ({ name }) => name);
export const useTasks = defineListStore<Task>('tasks', ({ id }) => id);
export const useAlerts = defineListStore<AlertEntry>('alerts', ({ id }) => id);
export const useSchedules = defineListStore<Schedule>('schedules', ({ id }) => id);
export const useImageUpdates = defineListStore<ImageUpdate>('imageUpdates', ({ reference }) => reference);
