import { expect, it } from 'vitest';
import type { ContainerSummary } from '@/client/containers';
import { applyDeploy, deploySubjects, stackRows, stackState } from './stack';

const container = (project: string, State: string) =>
  ({ Id: project + State, State, Labels: { 'com.docker.compose.project': project } }) as unknown as ContainerSummary;

it('counts what runs of each stack', () => {
  const stacks = ['a', 'b', 'c', 'd'].map((name) => ({ name, own: true, folder: '/', files: [] }));
  const rows = stackRows(stacks, [
    container('a', 'running'),
    container('a', 'exited'),
    container('b', 'running'),
    container('c', 'exited'),
    container('', 'running'),
  ]);
  expect(rows.map((row) => [row.name, row.running, row.containers.length, stackState(row)])).toEqual([
    ['a', 1, 2, 'partly'],
    ['b', 1, 1, 'running'],
    ['c', 0, 1, 'stopped'],
    ['d', 0, 0, 'down'],
  ]);
});

it('keeps the last message of each thing, below what it belongs to', () => {
  let state = applyDeploy(new Map(), [
    { subject: 'network default', status: 'Created', done: true },
    { subject: 'service web', status: 'Waiting' },
  ]);
  state = applyDeploy(state, [
    { subject: 'service web', part: 'abc', status: 'Downloading', current: 1, total: 2 },
    { subject: 'service web', status: 'Running', done: true },
  ]);
  expect(deploySubjects(state).map(({ subject, message, parts }) => [subject, message?.status, parts.length])).toEqual([
    ['network default', 'Created', 0],
    ['service web', 'Running', 1],
  ]);
});
