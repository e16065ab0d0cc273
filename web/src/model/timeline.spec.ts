import { describe, expect, it } from 'vitest';
import type { EventMessage } from '@/client/generated/docker/types.gen';
import { lineOf, moved, stretches, ticks, zoomed } from './timeline';

const event = (time: number, Action: string, ID = 'a') =>
  ({ Type: 'container', Action, time, Actor: { ID, Attributes: { name: `n${ID}` } } }) as unknown as EventMessage;

describe('the span', () => {
  it('is zoomed around a place, and never goes into the future', () => {
    expect(zoomed({ from: 0, to: 1000 }, 0.5, 5000)).toEqual({ from: 250, to: 750 });
    expect(zoomed({ from: 0, to: 1000 }, 0.5, 5000, 0)).toEqual({ from: 0, to: 500 });
    expect(zoomed({ from: 0, to: 1000 }, 4, 1000)).toEqual({ from: -3000, to: 1000 });
    expect(zoomed({ from: 0, to: 40 }, 0.1, 1000)).toEqual({ from: 5, to: 35 });
    expect(moved({ from: 0, to: 1000 }, 0.5, 1200)).toEqual({ from: 200, to: 1200 });
  });

  it('has marks at round times', () => {
    expect(ticks({ from: 61, to: 330 }, 6)).toEqual([120, 180, 240, 300]);
  });
});

it('conditions are told from events, up to now where they last', () => {
  const events = [
    event(10, 'start'),
    event(20, 'health_status: unhealthy'),
    event(25, 'kill'),
    event(30, 'die'),
    event(40, 'destroy'),
    event(35, 'start', 'b'),
  ];
  expect(
    stretches(
      events.sort((x, y) => x.time - y.time),
      { from: 0, to: 100 },
    ).map(({ name, condition, from, to }) => [name, condition, from, to]),
  ).toEqual([
    ['na', 'running', 10, 20],
    ['na', 'unhealthy', 20, 30],
    ['na', 'stopped', 30, 40],
    ['nb', 'running', 35, 100],
  ]);
});

it('a line fills its box', () => {
  expect(lineOf([0, 50, 100], [0, 5, 10], { from: 0, to: 100 }, 40)).toEqual({ points: '0.0,40.0 500.0,20.0 1000.0,0.0', top: 10 });
});
