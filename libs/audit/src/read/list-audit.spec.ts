import { validated } from '#libs/http';
import { ListAudit } from './list-audit.js';

const refused = (fields: object) => {
  try {
    validated(ListAudit, fields);
    return [];
  } catch (error) {
    return (error as { members: { errors: { field: string }[] } }).members.errors.map(({ field }) => field);
  }
};

describe('the query string', () => {
  it.each([
    { action: 'user.locked' },
    { action: ['user.locked', 'user.deleted'] },
    { from: '2026-01-31', to: '2026-02-01T12:00:00.123+02:00' },
    { limit: '200', subject: 'example.com', actor: '00000000-0000-0000-0000-000000000000' },
  ])('AUDIT-2: accepts %j', (fields) => {
    expect(refused(fields)).toEqual([]);
  });

  it.each([
    [{ action: 'user.lock' }, 'action'],
    [{ action: ['user.locked', 'user.locked'] }, 'action'],
    [{ from: '2026-02-30' }, 'from'],
    [{ from: '2026-W05' }, 'from'],
    [{ to: '2026-02-01T12:00:00' }, 'to'],
    [{ limit: '201' }, 'limit'],
    [{ actor: 'a\u0000' }, 'actor'],
    [{ subject: ['a', 'b'] }, 'subject'],
    [{ user: 'a' }, 'user'],
  ])('AUDIT-2: refuses %j', (fields, field) => {
    expect(new Set(refused(fields))).toEqual(new Set([field]));
  });
});
