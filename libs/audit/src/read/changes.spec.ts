import 'reflect-metadata';
import { compareFields } from './changes.js';

describe('the difference of two views', () => {
  it('AUDIT-1: names each field that changed, with its values before and after', () => {
    expect(compareFields({ firstName: 'Ann', country: 'DE' }, { firstName: 'Anna', country: 'DE' })).toEqual([
      { field: 'firstName', before: 'Ann', after: 'Anna' },
    ]);
  });

  it('AUDIT-1: compares lists by their items', () => {
    const locks = [{ cause: 'administrator', reason: null, until: null }];
    expect(compareFields({ locks, roles: ['auditor'] }, { locks: structuredClone(locks), roles: [] })).toEqual([
      { field: 'roles', before: ['auditor'], after: [] },
    ]);
  });

  it('AUDIT-1: is empty for equal views', () => {
    expect(compareFields({ roles: [] }, { roles: [] })).toEqual([]);
  });
});
