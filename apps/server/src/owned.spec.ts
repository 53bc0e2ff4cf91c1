import { Owned } from './owned.js';

it('closes all that was opened, the newest first, also where one fails, and tells the first failure', async () => {
  const owned = new Owned();
  const closed: string[] = [];
  owned.add(() => void closed.push('first'));
  owned.add(() => Promise.reject(new Error('second')));
  owned.add(() => Promise.reject(new Error('third')));
  owned.add(() => void closed.push('fourth'));
  await expect(owned.close()).rejects.toThrow('third');
  expect(closed).toEqual(['fourth', 'first']);
  await expect(owned.close()).rejects.toThrow('third');
});
