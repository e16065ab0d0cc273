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
  { path: '/setup', component: () => import('@/pages/SetupPage.vue'), meta: { open: true, title: 'Set up' } },
  { path: '/login', component: () => import('@/pages/LoginPage.vue'), meta: { open: true, title: 'Sign in' } },
  { path: '/join', component: () => import('@/pages/JoinPage.vue'), meta: { open: true, title: 'Welcome' } },
  { path: '/containers', component: () => import('@/pages/containers/ContainersPage.vue'), meta: { title: 'Containers' } },
  { path: '/containers/new', component: () => import('@/pages/containers/ContainerFormPage.vue'), meta: { title: 'New container' } },
  {
    path: '/containers/:id/edit',
    component: () => import('@/pages/containers/ContainerFormPage.vue'),
    props: true,
    meta: { title: 'Edit' },
  },
  {
    path: '/containers/:id',
    component: () => import('@/pages/containers/ContainerPage.vue'),
    props: true,
    children: containerTabs,
    meta: { title: 'Container' },
  },
  { path: '/stacks', component: () => import('@/pages/stacks/StacksPage.vue'), meta: { title: 'Stacks' } },
  { path: '/stacks/new', component: () => import('@/pages/stacks/NewStackPage.vue'), meta: { title: 'New stack' } },
  { path: '/stacks/new/git', component: () => import('@/pages/stacks/NewGitStackPage.vue'), meta: { title: 'New stack' } },
  { path: '/stacks/:name', component: () => import('@/pages/stacks/StackPage.vue'), props: true, meta: { title: 'Stack' } },
  { path: '/images', component: () => import('@/pages/images/ImagesPage.vue'), meta: { title: 'Images' } },
  { path: '/images/build', component: () => import('@/pages/images/BuildPage.vue'), meta: { title: 'Build' } },
  { path: '/images/:id', component: () => import('@/pages/images/ImagePage.vue'), props: true, meta: { title: 'Image' } },
  { path: '/images/:id/files', component: () => import('@/pages/images/ImageFilesPage.vue'), props: true, meta: { title: 'Files' } },
  { path: '/networks', component: () => import('@/pages/networks/NetworksPage.vue'), meta: { title: 'Networks' } },
  { path: '/networks/picture', component: () => import('@/pages/networks/PicturePage.vue'), meta: { title: 'Networks' } },
  { path: '/networks/:id', component: () => import('@/pages/networks/NetworkPage.vue'), props: true, meta: { title: 'Network' } },
  { path: '/volumes', component: () => import('@/pages/volumes/VolumesPage.vue'), meta: { title: 'Volumes' } },
  { path: '/volumes/:name', component: () => import('@/pages/volumes/VolumePage.vue'), props: true, meta: { title: 'Volume' } },
  { path: '/disk', component: () => import('@/pages/disk/DiskPage.vue'), meta: { title: 'Disk' } },
  { path: '/host', component: () => import('@/pages/host/HostPage.vue'), meta: { title: 'Host' } },
  { path: '/logs', component: () => import('@/pages/logs/LogsPage.vue'), meta: { title: 'Logs', fill: true } },
  { path: '/logs/together', component: () => import('@/pages/logs/MergedLogsPage.vue'), meta: { title: 'Logs', fill: true } },
  { path: '/logs/:id', component: () => import('@/pages/logs/KeptLogPage.vue'), props: true, meta: { title: 'Log', fill: true } },
  { path: '/alerts', component: () => import('@/pages/alerts/AlertsPage.vue'), meta: { title: 'Alerts' } },
  { path: '/schedules', component: () => import('@/pages/schedules/SchedulesPage.vue'), meta: { title: 'Schedules' } },
  { path: '/registries', component: () => import('@/pages/registries/RegistriesPage.vue'), meta: { title: 'Registries' } },
  { path: '/timeline', component: () => import('@/pages/events/TimelinePage.vue'), meta: { title: 'Timeline' } },
  { path: '/events', component: () => import('@/pages/events/EventsPage.vue'), meta: { title: 'Events' } },
  { path: '/users', component: () => import('@/pages/people/UsersPage.vue'), meta: { title: 'Users' } },
  { path: '/audit', component: () => import('@/pages/people/AuditPage.vue'), meta: { title: 'Audit' } },
  { path: '/account', component: () => import('@/pages/people/AccountPage.vue'), meta: { title: 'Your account' } },
  { path: '/:rest(.*)*', component: () => import('@/pages/NotFoundPage.vue'), meta: { title: 'Not found' } },
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
  document.title = meta.title ? `${meta.title} · Slipway` : 'Slipway';
});

// After an update of the daemon the old page's chunks are gone: load the new page.
router.onError((error, to) => {
  if (/dynamically imported module|Importing a module script failed/.test(messageOf(error))) location.assign(to.fullPath);
});
