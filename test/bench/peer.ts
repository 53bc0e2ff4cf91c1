import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A child process of the bench that answers questions. */
export interface Peer {
  ask<T>(question: string, about?: unknown): Promise<T>;
  end(): Promise<void>;
}

interface Reply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** Starts one of the built `*.process.js` beside this file. */
export function startPeer(module: string, environment: Record<string, string> = {}): Peer {
  const child = fork(fileURLToPath(new URL(`./${module}.process.js`, import.meta.url)), {
    serialization: 'advanced',
    env: { ...process.env, ...environment },
  });
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  child.on('message', ({ id, answer, error }: Reply) => {
    const asked = waiting.get(id)!;
    waiting.delete(id);
    if (error === undefined) asked.resolve(answer as never);
    else asked.reject(new Error(`${module}: ${error}`));
  });
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${module} ended with ${code}`));
  });
  return {
    ask: (question, about) =>
      new Promise((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        child.send({ id: last, question, about });
      }),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** Answers questions in the child process until the parent has ended. */
export function answerQuestions(answers: Readonly<Record<string, (about: never) => unknown>>): void {
  process.on('message', ({ id, question, about }: { id: number; question: string; about: unknown }) => {
    const answer = async () => answers[question]!(about as never);
    answer().then(
      (found) => process.send!({ id, answer: found } satisfies Reply),
      (error: unknown) => process.send!({ id, error: String(error) } satisfies Reply),
    );
  });
  process.on('disconnect', () => process.exit(0));
  // A terminal's Ctrl-C reaches all processes; the bench ends its peers by itself.
  process.on('SIGINT', () => {});
}

/** Returns the CPU time of this process so far, of all threads, in seconds. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
