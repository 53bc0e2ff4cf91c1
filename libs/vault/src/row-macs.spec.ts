import { createSecretKey } from 'node:crypto';
import { RowMacs } from './row-macs.js';

test('MACs differ by the vault, the table and the division into columns', async () => {
  const [one, other] = [1, 2].map((byte) => new RowMacs(createSecretKey(Buffer.alloc(32, byte))));
  const macs = [
    one!.compute('token', ['ab', 'c']),
    one!.compute('token', ['a', 'bc']),
    one!.compute('token', ['abc']),
    one!.compute('token', ['ab', 'c', '']),
    one!.compute('session', ['ab', 'c']),
    other!.compute('token', ['ab', 'c']),
  ].map((mac) => mac.toString('hex'));
  expect(new Set(macs).size).toBe(macs.length);
});
