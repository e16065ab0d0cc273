import {
  ChartGantt,
  CopyPlus,
  Download,
  FileText,
  OctagonX,
  Pause,
  Pencil,
  Play,
  RotateCw,
  Square,
  SquareTerminal,
  Trash2,
} from '@lucide/vue';
import { useRouter } from 'vue-router';
import { refreshContainer } from '@/client/container-edit';
import type { ContainerSummary } from '@/client/containers';
import { t } from '@/language';
import { nameOf } from '@/model/container';
import type { MenuEntry } from '@/model/menu';
import { useMay } from './use-may';
import { useToasts } from './use-toasts';
import { useContainerActions, verbsFor, type ContainerVerb } from './use-container-actions';

const ICONS: Record<ContainerVerb, typeof Play> = {
  start: Play,
  stop: Square,
  restart: RotateCw,
  pause: Pause,
  unpause: Play,
  kill: OctagonX,
};

/** The menu of one container: what its state allows, its pages, removal. */
export function useContainerMenu() {
  const router = useRouter();
  const { act, remove } = useContainerActions();

  const toasts = useToasts();
  const { operateOn } = useMay();

  /** How long the new one is watched; seconds. */
  const WATCHED = 15;

  /** Goes on in the daemon; the list of jobs shows it, and the list of containers what comes of it. */
  async function update(container: ContainerSummary): Promise<void> {
    try {
      await refreshContainer(container.Id, WATCHED);
      toasts.show({ tone: 'plain', title: t('form.updateStarted', { name: nameOf(container) }) });
    } catch (error) {
      toasts.fail(t('form.updateFailed', { name: nameOf(container) }), error);
    }
  }

  const entries = (container: ContainerSummary, pages: boolean): MenuEntry[] => {
    const may = operateOn(container);
    const past: MenuEntry = {
      label: t('timeline.title'),
      icon: ChartGantt,
      run: () => void router.push({ path: '/timeline', query: { of: `container:${nameOf(container)}` } }),
    };
    return [...(may ? verbs(container) : []), ...(pages ? places(container, may) : []), past, ...(may ? changes(container) : [])];
  };

  const verbs = (container: ContainerSummary): MenuEntry[] =>
    verbsFor(container.State).map((verb) => ({ label: t(`verbs.${verb}`), icon: ICONS[verb], run: () => void act(verb, [container]) }));

  const places = (container: ContainerSummary, may: boolean): MenuEntry[] => [
    { label: t('tabs.logs'), icon: FileText, apart: may, run: () => void router.push(`/containers/${container.Id}/logs`) },
    {
      label: t('tabs.terminal'),
      icon: SquareTerminal,
      disabled: !may || container.State !== 'running',
      run: () => void router.push(`/containers/${container.Id}/terminal`),
    },
  ];

  const changes = (container: ContainerSummary): MenuEntry[] => [
    { label: t('form.edit'), icon: Pencil, apart: true, run: () => void router.push(`/containers/${container.Id}/edit`) },
    { label: t('form.duplicate'), icon: CopyPlus, run: () => void router.push({ path: '/containers/new', query: { from: container.Id } }) },
    { label: t('form.update'), icon: Download, run: () => void update(container) },
    { label: t('verbs.remove'), icon: Trash2, danger: true, apart: true, run: () => void remove([container]) },
  ];

  return { entries, update };
}
