import { expect, test } from 'vitest';
import { withoutMountPlaces } from './mount-places.js';

const changed = (path: string, kind: 0 | 1 | 2) => ({ path, kind });

test('places of mounts and the folders they touched are left out', () => {
  const made = [changed('/dev', 1), changed('/etc', 0), changed('/etc/hosts', 1), changed('/etc/resolv.conf', 1), changed('/proc', 1)];
  expect(withoutMountPlaces(made)).toEqual([]);
});

test("a program's own changes stay, with their folders", () => {
  const changes = [changed('/etc', 0), changed('/etc/hosts', 1), changed('/etc/mine', 1), changed('/tmp', 0), changed('/tmp/x', 1)];
  expect(withoutMountPlaces(changes).map(({ path }) => path)).toEqual(['/etc', '/etc/mine', '/tmp', '/tmp/x']);
});

test('a change of a folder that no place was made in stays', () => {
  expect(withoutMountPlaces([changed('/etc', 0)])).toHaveLength(1);
});

test("the image's own file that was deleted is told", () => {
  expect(withoutMountPlaces([changed('/etc', 0), changed('/etc/hosts', 2)])).toHaveLength(2);
});
