import 'reflect-metadata';
import { compareFields } from './changes.js';

describe('the difference of two views', () => {
  it('AUDIT-1: names each field that changed, with what it was and is', () => {
    expect(compareFields({ firstName: 'Ann', country: 'DE' }, { firstName: 'Anna', country: 'DE' })).toEqual([
      { field: 'firstName', before: 'Ann', after: 'Anna' },
    ]);
  });

  it('AUDIT-1: compares lists by what they hold', () => {
    const locks = [{ cause: 'administrator', reason: null, until: null }];
    expect(compareFields({ locks, roles: ['auditor'] }, { locks: structuredClone(locks), roles: [] })).toEqual([
      { field: 'roles', before: ['auditor'], after: [] },
    ]);
  });

  it('AUDIT-1: of equal views is none', () => {
    expect(compareFields({ roles: [] }, { roles: [] })).toEqual([]);
  });
});
