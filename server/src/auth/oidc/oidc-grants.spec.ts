import { expect, it } from 'vitest';
import type { OidcRole } from '../../base/config.js';
import { grantsOf } from './oidc-grants.js';

const roles: OidcRole[] = [
  { group: 'crew', role: 'viewer', project: undefined },
  { group: 'crew', role: 'operator', project: 'shop' },
  { group: 'mail', role: 'viewer', project: 'shop' },
  { group: 'captain', role: 'admin', project: undefined },
];

it.each([
  [['crew'], { role: 'viewer', projects: { shop: 'operator' } }],
  [['mail', 'crew'], { role: 'viewer', projects: { shop: 'operator' } }],
  [['mail'], { role: 'none', projects: { shop: 'viewer' } }],
  [['captain', 'crew'], { role: 'admin', projects: { shop: 'operator' } }],
  ['mail', { role: 'none', projects: { shop: 'viewer' } }],
  [['others'], undefined],
  [undefined, undefined],
  [{ crew: true }, undefined],
])('of %j are the highest roles', (groups, grants) => expect(grantsOf({ roles }, groups)).toEqual(grants));

it('of everybody are those of the group *', () => {
  expect(grantsOf({ roles: [{ group: '*', role: 'viewer', project: undefined }] }, undefined)).toEqual({ role: 'viewer', projects: {} });
});
