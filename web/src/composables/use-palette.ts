import {
  Boxes,
  ChartGantt,
  ChartPie,
  CircleUserRound,
  Container,
  Download,
  FileText,
  Hammer,
  KeyRound,
  Keyboard,
  Moon,
  Network,
  Play,
  Plus,
  RotateCw,
  Square,
  SquareTerminal,
} from '@lucide/vue';
import { computed, type Component } from 'vue';
import { useRouter } from 'vue-router';
import { t } from '@/language';
import { placeLabel, placesFor } from '@/model/places';
import { useSession } from '@/stores/session';
import { isUp, nameOf } from '@/model/container';
import { shortId } from '@/model/format';
import { useContainers, useImages, useNetworks } from '@/stores/lists';
import { usePreferences } from '@/stores/preferences';
import { useContainerActions } from './use-container-actions';
import { useMay } from './use-may';
import { usePullDialog } from './use-pull-dialog';
import { useRunDialog } from './use-run-dialog';

export interface PaletteEntry {
  id: string;
  label: string;
  hint: string;
  icon: Component;
  run: () => unknown;
}

/** Everything one can go to or do, as a flat list to be searched. */
export function usePalette(showKeys: () => void) {
  const router = useRouter();
  const [containers, images, networks] = [useContainers(), useImages(), useNetworks()];
  const preferences = usePreferences();
  const session = useSession();
  const may = useMay();
  const run = useRunDialog();
  const pull = usePullDialog();
  const { act } = useContainerActions();
  const go = (to: string) => () => router.push(to);

  const actions = computed<PaletteEntry[]>(() => [
    ...placesFor(session.session?.user.role).map((place) => ({
      id: place.to,
      label: placeLabel(place),
      hint: `g ${place.key}`,
      icon: place.icon,
      run: go(place.to),
    })),
    ...(may.operateAll()
      ? [{ id: '/images/build', label: t('registries.builds.buildTitle'), hint: '', icon: Hammer, run: go('/images/build') }]
      : []),
    { id: '/networks/picture', label: t('networks.pictureTitle'), hint: '', icon: Network, run: go('/networks/picture') },
    { id: '/timeline', label: t('timeline.title'), hint: '', icon: ChartGantt, run: go('/timeline') },
    { id: '/registries', label: t('places.registries'), hint: '', icon: KeyRound, run: go('/registries') },
    { id: '/disk', label: t('places.disk'), hint: '', icon: ChartPie, run: go('/disk') },
    ...(may.operateAll() ? [{ id: 'run', label: t('palette.run'), hint: 'n', icon: Plus, run: () => run.open() }] : []),
    ...(may.operate() ? [{ id: 'pull', label: t('palette.pull'), hint: '', icon: Download, run: () => pull.open() }] : []),
    {
      id: 'theme',
      label: preferences.dark ? 'Light theme' : 'Dark theme',
      hint: '',
      icon: Moon,
      run: () => (preferences.theme = preferences.dark ? 'light' : 'dark'),
    },
    { id: '/account', label: t('shell.ownAccount'), hint: '', icon: CircleUserRound, run: go('/account') },
    { id: 'keys', label: t('palette.keys'), hint: '?', icon: Keyboard, run: showKeys },
  ]);

  const ofContainers = computed<PaletteEntry[]>(() =>
    containers.items.flatMap((container) => {
      const [name, page] = [nameOf(container), `/containers/${container.Id}`];
      const up = isUp(container.State);
      return [
        { id: page, label: name, hint: container.State, icon: Container, run: go(page) },
        { id: `${page}/logs`, label: t('palette.logsOf', { name }), hint: '', icon: FileText, run: go(`${page}/logs`) },
        ...(up && may.operateOn(container)
          ? [
              {
                id: `${page}/terminal`,
                label: t('palette.terminalIn', { name }),
                hint: '',
                icon: SquareTerminal,
                run: go(`${page}/terminal`),
              },
            ]
          : []),
        ...(!may.operateOn(container)
          ? []
          : [
              up
                ? { id: `${page}#stop`, label: t('palette.stop', { name }), hint: '', icon: Square, run: () => act('stop', [container]) }
                : { id: `${page}#start`, label: t('palette.start', { name }), hint: '', icon: Play, run: () => act('start', [container]) },
            ]),
        ...(up && may.operateOn(container)
          ? [
              {
                id: `${page}#restart`,
                label: t('palette.restart', { name }),
                hint: '',
                icon: RotateCw,
                run: () => act('restart', [container]),
              },
            ]
          : []),
      ];
    }),
  );

  const ofOthers = computed<PaletteEntry[]>(() => [
    ...images.items.map(({ Id, RepoTags }) => ({
      id: Id,
      label: RepoTags?.[0] ?? shortId(Id),
      hint: 'image',
      icon: Boxes,
      run: go(`/images/${encodeURIComponent(Id)}`),
    })),
    ...networks.items.map(({ Id, Name }) => ({ id: Id, label: Name, hint: 'network', icon: Network, run: go(`/networks/${Id}`) })),
  ]);

  /** Entries that have all words, those that start with the text first. */
  function find(text: string): PaletteEntry[] {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return [...actions.value, ...ofContainers.value.filter(({ icon }) => icon === Container)].slice(0, 30);
    const rank = ({ label }: PaletteEntry) => (label.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
    return [...actions.value, ...ofContainers.value, ...ofOthers.value]
      .filter(({ label, hint }) => words.every((word) => `${label} ${hint}`.toLowerCase().includes(word)))
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, 30);
  }

  return { find };
}
