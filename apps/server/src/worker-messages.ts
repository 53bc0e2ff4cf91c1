import type { Worker } from 'node:cluster';
import type { HealthDetails } from './health.js';
import type { MetricsOfProcess } from './metrics.js';

/** What the primary process asks its workers for. */
interface Answers {
  readonly metrics: MetricsOfProcess;
  readonly health: HealthDetails;
}

/** A question of the primary process. */
interface Question {
  readonly ask: keyof Answers;
  readonly id: number;
}

/** What a worker sends: that it serves at a URL, or the answer to a question. */
type Message = { readonly started: string } | { readonly id: number; readonly answer: object };

/** How long an answer may take, ms: a little longer than a worker waits for a store that hangs. */
const ANSWER_MS = 5_000;

let lastId = 0;

/** Asks a worker. Returns undefined if it does not answer within 5 s, or ends. */
export async function askWorker<W extends keyof Answers>(worker: Worker, ask: W): Promise<Answers[W] | undefined> {
  const id = (lastId += 1);
  const { promise, resolve } = Promise.withResolvers<Answers[W] | undefined>();
  const giveUp = () => resolve(undefined);
  const receive = (message: Message) => {
    if ('id' in message && message.id === id) resolve(message.answer as Answers[W]);
  };
  const timer = setTimeout(giveUp, ANSWER_MS);
  worker.on('message', receive).once('exit', giveUp);
  const question: Question = { ask, id };
  worker.send(question, (error) => {
    if (error) giveUp();
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.off('message', receive).off('exit', giveUp);
  }
}

/** Calls `onStarted` with the URL once this worker serves. */
export function onWorkerStarted(worker: Worker, onStarted: (url: string) => void): void {
  worker.on('message', (message: Message) => {
    if ('started' in message) onStarted(message.started);
  });
}

/** Tells the primary process that this worker serves at a URL, and answers its questions from now on. */
export function reportStarted(url: string, answer: { readonly [W in keyof Answers]: () => Promise<Answers[W]> }): void {
  process.on('message', ({ ask, id }: Question) => {
    answer[ask]().then(
      (given) => send({ id, answer: given }),
      // Without an answer, the primary process stops waiting after 5 s.
      (error: unknown) => console.error(error),
    );
  });
  send({ started: url });
}

/** Sends a message to the primary process. If that is gone, this process is about to end, too. */
function send(message: Message): void {
  process.send!(message, undefined, undefined, () => {});
}
