import type { LoadResult } from '../../../compose/project.js';
import type { Field, Fields } from '../../../compose/schema/field.js';
import { PROJECT } from '../../../compose/schema/project.js';
import type { GitStack } from '../../../deploy/stack/git/source.js';
import type { Step } from '../../../deploy/stack/plan.js';
import type { StackPlace } from '../../../deploy/stack/stacks.js';
import type { Stack, StackCheck, StackContent, StackPlan, StackSchema } from '../../generated/dashboard/types.gen.js';
import { toGitState } from '../../live/stacks/git-state.js';

/** A stack with its files. */
export function toStack({ name, own, folder, files }: StackPlace, content: StackContent, git: GitStack | undefined): Stack {
  return { name, own, folder, files: [...files], ...content, ...(git && { git: toGitState(git) }) };
}

/** What an editor is told of a file; offsets are those of the main file, 0 for problems of other files. */
export function toCheck({ project, problems, variables }: LoadResult, text: string): StackCheck {
  return {
    problems: problems.map(({ severity, message, file, from, to }) => ({
      severity,
      message,
      file,
      from: Math.min(from, text.length),
      to: Math.min(Math.max(from, to), text.length),
    })),
    variables: variables.map(({ name, set, fallback }) => ({ name, set, fallback })),
    services: [...(project?.services.keys() ?? [])],
    profiles: [...(project?.profiles ?? [])],
  };
}

export function toPlan(steps: readonly Step[], profiles: readonly string[]): StackPlan {
  return { profiles: [...profiles], steps: steps.map(({ changes, ...step }) => ({ ...step, changes: [...changes] })) };
}

/** The keys of a Compose file as a tree, for completion. */
export const composeSchema: StackSchema = { keys: keysOf(PROJECT) };

function keysOf(fields: Fields): StackSchema['keys'] {
  return Object.entries(fields)
    .filter(([, { ignored }]) => !ignored)
    .map(([name, field]) => ({
      name,
      help: field.help,
      kind: kindOf(field),
      ...(field.words && { words: [...field.words] }),
      ...(field.fields && { keys: keysOf(field.fields) }),
    }));
}

function kindOf({ takes }: Field): StackSchema['keys'][number]['kind'] {
  if (takes.includes('named')) return 'named';
  if (takes.includes('fields')) return 'mapping';
  if (takes.some((shape) => shape === 'items' || shape === 'strings')) return 'list';
  return takes.includes('pairs') ? 'mapping' : 'value';
}
