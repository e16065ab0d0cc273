import type { DeployProgress, StackEntry } from '@live';
import type { ContainerSummary } from '@/client/containers';
import { projectOf } from '../container';

const SERVICE = 'com.docker.compose.service';

export const serviceOf = (container: ContainerSummary): string => container.Labels?.[SERVICE] ?? '';

/** A stack as a list shows it. */
export interface StackRow extends StackEntry {
  containers: ContainerSummary[];
  running: number;
}

/** Each stack with its containers. */
export function stackRows(stacks: StackEntry[], containers: ContainerSummary[]): StackRow[] {
  const byProject = Map.groupBy(containers, projectOf);
  return stacks.map((stack) => {
    const own = byProject.get(stack.name) ?? [];
    return { ...stack, containers: own, running: own.filter(({ State }) => State === 'running').length };
  });
}

export type StackState = 'running' | 'partly' | 'stopped' | 'down';

export function stackState({ containers, running }: Pick<StackRow, 'containers' | 'running'>): StackState {
  if (containers.length === 0) return 'down';
  if (running === 0) return 'stopped';
  return running === containers.length ? 'running' : 'partly';
}

/** What a deployment has told: its subjects in the order they came, each with its parts. */
export interface DeploySubject {
  subject: string;
  message: DeployProgress | undefined;
  parts: DeployProgress[];
}

export type DeployState = ReadonlyMap<string, DeployProgress>;

export function applyDeploy(state: DeployState, messages: DeployProgress[]): DeployState {
  const next = new Map(state);
  for (const message of messages) next.set(`${message.subject}\0${message.part ?? ''}`, message);
  return next;
}

export function deploySubjects(state: DeployState): DeploySubject[] {
  const subjects = new Map<string, DeploySubject>();
  for (const message of state.values()) {
    const subject = subjects.get(message.subject) ?? { subject: message.subject, message: undefined, parts: [] };
    subjects.set(message.subject, subject);
    if (message.part === undefined) subject.message = message;
    else subject.parts.push(message);
  }
  return [...subjects.values()];
}

/** The start of a stack's file. */
export const NEW_COMPOSE = `services:
  web:
    image: nginx:alpine
    restart: unless-stopped
    ports:
      - "8080:80"
`;
