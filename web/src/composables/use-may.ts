import { useSession } from '@/stores/session';

const RANK = { none: 0, viewer: 1, operator: 2, admin: 3 };
const PROJECT = 'com.docker.compose.project';

/** What whoever is signed in may do, so that nothing is offered that the daemon would refuse. The daemon decides. */
export function useMay() {
  const session = useSession();
  const rank = () => RANK[session.session?.user.role ?? 'none'];
  const projects = () => session.session?.user.projects ?? {};

  /** To work with whatever there is, and to make what belongs to no project. */
  const operateAll = (): boolean => rank() >= RANK.operator;
  /** To work with something, somewhere. */
  const operate = (): boolean => operateAll() || Object.values(projects()).includes('operator');
  /** To work with what has these labels. */
  const operateOn = ({ Labels }: { Labels?: Record<string, string> | null }): boolean =>
    operateAll() || projects()[Labels?.[PROJECT] ?? ''] === 'operator';

  /** To say who may do what, and what the daemon does by itself. */
  const administer = (): boolean => rank() >= RANK.admin;

  return { operateAll, operate, operateOn, administer };
}
