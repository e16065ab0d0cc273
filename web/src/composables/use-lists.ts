import { onScopeDispose, watch } from 'vue';
import { useAlerts, useContainers, useImages, useImageUpdates, useNetworks, useStacks, useTasks, useVolumes } from '@/stores/lists';
import { useStatsHistory } from '@/stores/stats';
import { useChannel } from './use-channel';

/** Keeps the lists of the signed-in page live; used once, by the shell. */
export function useLists(): void {
  const containers = useContainers();
  const images = useImages();
  const networks = useNetworks();
  const volumes = useVolumes();
  const stacks = useStacks();
  const tasks = useTasks();
  const alerts = useAlerts();
  const updates = useImageUpdates();
  const none = () => ({});
  useChannel('containers', { params: none, data: (change) => containers.apply(change) });
  useChannel('images', { params: none, data: (change) => images.apply(change) });
  useChannel('networks', { params: none, data: (change) => networks.apply(change) });
  useChannel('volumes', { params: none, data: (change) => volumes.apply(change) });
  useChannel('stacks', { params: none, data: (change) => stacks.apply(change) });
  useChannel('tasks', { params: none, data: (change) => tasks.apply(change) });
  useChannel('alerts', { params: none, data: (change) => alerts.apply(change) });
  useChannel('imageUpdates', { params: none, data: (change) => updates.apply(change) });
  const stats = useStatsHistory();
  watch(
    () => containers.byKey,
    (byKey) => stats.keepOnly(byKey),
  );
  onScopeDispose(() => [containers, images, networks, volumes, stacks, tasks, alerts, updates].forEach((list) => list.clear()));
}
