import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { isMainThread } from 'node:worker_threads';

/** Loaded before the server (`--import`): SIGUSR2 starts a profile of its main thread, the next one ends it and writes it to PROFILE_TO. */
if (isMainThread) {
  const session = new Session();
  let running = false;
  const toggle = async () => {
    running = !running;
    if (running) {
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: 500 });
      await session.post('Profiler.start');
      return;
    }
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(process.env['PROFILE_TO']!, JSON.stringify(profile));
    session.disconnect();
  };
  process.on('SIGUSR2', () => void toggle());
}
