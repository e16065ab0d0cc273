import { t } from '@/language';
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router';
import { messageOf } from '@/client/errors';
import { useSession } from '@/stores/session';

declare module 'vue-router' {
  interface RouteMeta {
    title?: string;
    /** Shown without a signed-in user, and without the shell. */
    open?: boolean;
    /** Fills the window instead of scrolling in it. */
    fill?: boolean;
  }
}

const containerTabs: RouteRecordRaw[] = [
  { path: '', name: 'container', component: () => import('@/pages/containers/OverviewTab.vue') },
  { path: 'logs', name: 'container-logs', component: () => import('@/pages/containers/LogsTab.vue'), meta: { fill: true } },
  { path: 'stats', name: 'container-stats', component: () => import('@/pages/containers/StatsTab.vue') },
  { path: 'terminal', name: 'container-terminal', component: () => import('@/pages/containers/TerminalTab.vue'), meta: { fill: true } },
  { path: 'files', name: 'container-files', component: () => import('@/pages/containers/FilesTab.vue') },
  { path: 'revisions', name: 'container-revisions', component: () => import('@/pages/containers/RevisionsTab.vue') },
  { path: 'inspect', name: 'container-inspect', component: () => import('@/pages/containers/InspectTab.vue') },
];

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/containers' },
  { path: '/setup', component: () => import('@/pages/SetupPage.vue'), meta: { open: true, title: 'setUp' } },
  { path: '/login', component: () => import('@/pages/LoginPage.vue'), meta: { open: true, title: 'signIn' } },
  { path: '/join', component: () => import('@/pages/JoinPage.vue'), meta: { open: true, title: 'welcome' } },
  { path: '/containers', component: () => import('@/pages/containers/ContainersPage.vue'), meta: { title: 'containers' } },
  { path: '/containers/new', component: () => import('@/pages/containers/ContainerFormPage.vue'), meta: { title: 'newContainer' } },
  {
    path: '/containers/:id/edit',
    component: () => import('@/pages/containers/ContainerFormPage.vue'),
    props: true,
    meta: { title: 'edit' },
  },
  {
    path: '/containers/:id',
    component: () => import('@/pages/containers/ContainerPage.vue'),
    props: true,
    children: containerTabs,
    meta: { title: 'container' },
  },
  { path: '/stacks', component: () => import('@/pages/stacks/StacksPage.vue'), meta: { title: 'stacks' } },
  { path: '/stacks/new', component: () => import('@/pages/stacks/NewStackPage.vue'), meta: { title: 'newStack' } },
  { path: '/stacks/new/git', component: () => import('@/pages/stacks/NewGitStackPage.vue'), meta: { title: 'newStack' } },
  { path: '/stacks/:name', component: () => import('@/pages/stacks/StackPage.vue'), props: true, meta: { title: 'stack' } },
  { path: '/images', component: () => import('@/pages/images/ImagesPage.vue'), meta: { title: 'images' } },
  { path: '/images/build', component: () => import('@/pages/images/BuildPage.vue'), meta: { title: 'build' } },
  { path: '/images/:id', component: () => import('@/pages/images/ImagePage.vue'), props: true, meta: { title: 'image' } },
  { path: '/images/:id/files', component: () => import('@/pages/images/ImageFilesPage.vue'), props: true, meta: { title: 'files' } },
  { path: '/networks', component: () => import('@/pages/networks/NetworksPage.vue'), meta: { title: 'networks' } },
  { path: '/networks/picture', component: () => import('@/pages/networks/PicturePage.vue'), meta: { title: 'networks' } },
  { path: '/networks/:id', component: () => import('@/pages/networks/NetworkPage.vue'), props: true, meta: { title: 'network' } },
  { path: '/volumes', component: () => import('@/pages/volumes/VolumesPage.vue'), meta: { title: 'volumes' } },
  { path: '/volumes/:name', component: () => import('@/pages/volumes/VolumePage.vue'), props: true, meta: { title: 'volume' } },
  { path: '/disk', component: () => import('@/pages/disk/DiskPage.vue'), meta: { title: 'disk' } },
  { path: '/host', component: () => import('@/pages/host/HostPage.vue'), meta: { title: 'host' } },
  { path: '/logs', component: () => import('@/pages/logs/LogsPage.vue'), meta: { title: 'logs', fill: true } },
  { path: '/logs/together', component: () => import('@/pages/logs/MergedLogsPage.vue'), meta: { title: 'logs', fill: true } },
  { path: '/logs/:id', component: () => import('@/pages/logs/KeptLogPage.vue'), props: true, meta: { title: 'log', fill: true } },
  { path: '/alerts', component: () => import('@/pages/alerts/AlertsPage.vue'), meta: { title: 'alerts' } },
  { path: '/schedules', component: () => import('@/pages/schedules/SchedulesPage.vue'), meta: { title: 'schedules' } },
  { path: '/registries', component: () => import('@/pages/registries/RegistriesPage.vue'), meta: { title: 'registries' } },
  { path: '/timeline', component: () => import('@/pages/events/TimelinePage.vue'), meta: { title: 'timeline' } },
  { path: '/events', component: () => import('@/pages/events/EventsPage.vue'), meta: { title: 'events' } },
  { path: '/users', component: () => import('@/pages/people/UsersPage.vue'), meta: { title: 'users' } },
  { path: '/audit', component: () => import('@/pages/people/AuditPage.vue'), meta: { title: 'audit' } },
  { path: '/account', component: () => import('@/pages/people/AccountPage.vue'), meta: { title: 'account' } },
  { path: '/:rest(.*)*', component: () => import('@/pages/NotFoundPage.vue'), meta: { title: 'notFound' } },
];

export const router = createRouter({ history: createWebHistory(), routes, scrollBehavior: () => ({ top: 0 }) });

router.beforeEach(async (to) => {
  const session = useSession();
  try {
    const signedIn = await session.resume();
    // Whoever is signed in may still be given a new password.
    if (signedIn) return to.meta.open && to.path !== '/join' ? '/containers' : true;
  } catch (error) {
    return to.path === '/login' ? true : { path: '/login', query: { to: to.fullPath, problem: messageOf(error) } };
  }
  if (to.path === '/join') return true;
  if (to.path === '/setup' && session.setupNeeded) return true;
  if (session.setupNeeded) return '/setup';
  return to.path === '/login' ? true : { path: '/login', query: to.path === '/setup' || to.path === '/' ? {} : { to: to.fullPath } };
});

router.afterEach(({ meta }) => {
  document.title = meta.title ? `${t(`titles.${meta.title}`)} · Slipway` : 'Slipway';
});

// After an update of the daemon the old page's chunks are gone: load the new page.
router.onError((error, to) => {
  if (/dynamically imported module|Importing a module script failed/.test(messageOf(error))) location.assign(to.fullPath);
});
