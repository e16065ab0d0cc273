import { describe, expect, it } from 'vitest';
import { Rights, type Right, type Role } from './rights.js';

const may = (rights: Rights, project: string | undefined) =>
  (['view', 'operate', 'admin'] as Right[]).filter((right) => rights.in(project, right)).join(' ');
const of = (role: Role, projects: Record<string, Role> = {}) => ({ role, projects });

describe('Rights', () => {
  it('grow with the role', () => {
    expect(['none', 'viewer', 'operator', 'admin'].map((role) => may(new Rights(of(role as Role)), 'shop'))).toEqual([
      '',
      'view',
      'view operate',
      'view operate admin',
    ]);
  });

  it('of a project end at the project', () => {
    const rights = new Rights(of('none', { shop: 'operator' }));
    expect([may(rights, 'shop'), may(rights, 'mail'), may(rights, undefined), may(rights, '')]).toEqual(['view operate', '', '', '']);
    expect([rights.anywhere('operate'), rights.anywhere('admin'), rights.everywhere('view')]).toEqual([true, false, false]);
  });

  it('of a project add to those everywhere and take nothing away', () => {
    const rights = new Rights(of('viewer', { shop: 'operator', mail: 'none' }));
    expect([may(rights, 'shop'), may(rights, 'mail'), may(rights, undefined)]).toEqual(['view operate', 'view', 'view']);
  });

  it('take no inherited property for a project', () => {
    expect(may(new Rights(of('none', { shop: 'operator' })), 'constructor')).toBe('');
  });

  it('of a token are never more than its owner has', () => {
    const owner = of('viewer', { shop: 'operator' });
    expect(may(new Rights(owner, { role: 'admin', projects: undefined }), 'shop')).toBe('view operate');
    expect(may(new Rights(owner, { role: 'viewer', projects: undefined }), 'shop')).toBe('view');
    const narrow = new Rights(owner, { role: 'operator', projects: ['shop'] });
    expect([may(narrow, 'shop'), may(narrow, 'mail'), may(narrow, undefined)]).toEqual(['view operate', '', '']);
    expect([narrow.anywhere('operate'), narrow.everywhere('view')]).toEqual([true, false]);
  });
});
