import { TamperedStream } from '#libs/event-store';
import { toErrorText } from './error-text.js';

it('tells the errors of all closings that failed, in their order', async () => {
  const closed: string[] = [];
  const stack = new AsyncDisposableStack();
  stack.defer(() => void closed.push('first'));
  stack.defer(() => Promise.reject(new Error('The second failed.')));
  stack.defer(() => Promise.reject(new Error('The third failed.')));
  stack.defer(() => void closed.push('fourth'));
  const error: unknown = await stack.disposeAsync().catch((thrown: unknown) => thrown);
  expect(closed).toEqual(['fourth', 'first']);
  expect(toErrorText(error)).toBe('The third failed. Then: The second failed.');
});

it('names a tampered stream and the reason', () => {
  expect(toErrorText(new TamperedStream('installation', 'revision 1 was altered'))).toBe(
    'The stream installation was changed from outside Rollbook: revision 1 was altered.',
  );
});
