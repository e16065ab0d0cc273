import { isDeployed, type GitStack } from '../../../deploy/stack/git/source.js';
import type { GitState } from '../../generated/dashboard/types.gen.js';

/** What is known of a stack's repository, without what only those may read who work with it. */
export function toGitState(stack: GitStack): GitState {
  const { source, state, hook } = stack;
  const { url, ref, path, poll } = source;
  const { commit, latest, checked, failure } = state;
  const next = nextLook(stack);
  return {
    url,
    ref,
    path,
    poll,
    hook: hook !== '',
    commit,
    latest,
    ...(checked > 0 && { checked: new Date(checked).toISOString() }),
    ...(next !== undefined && { next: new Date(next).toISOString() }),
    error: state.error || (failure ? `commit ${failure.commit.slice(0, 8)}: ${failure.message}` : ''),
    deployed: isDeployed(state),
  };
}

/** When its repository is looked at next; milliseconds since 1970, undefined for never. */
export function nextLook({ source, state }: GitStack): number | undefined {
  return source.poll > 0 ? state.checked + source.poll * 1000 : undefined;
}
