import { setTimeout as pause } from 'node:timers/promises';
import { Rollbook } from './rollbook.js';

export interface StartRow {
  readonly what: string;
  readonly value: number;
  readonly unit: 'ms' | 'MB';
}

/** Measures starts on the embedded defaults, as after a clone, and the idle server. */
export async function measureStarts(rest: number): Promise<StartRow[]> {
  const rollbook = new Rollbook({ EVENTSTORE_URL: '', DATABASE_URL: '' });
  try {
    const first = await rollbook.start();
    await rollbook.openAccount();
    await rollbook.stop();
    const second = await rollbook.start();
    await rollbook.caughtUp();
    await pause(rest);
    return [
      { what: 'first start', value: first, unit: 'ms' },
      { what: 'second start', value: second, unit: 'ms' },
      { what: 'resident memory, idle', value: (await rollbook.usage()).memory, unit: 'MB' },
    ];
  } finally {
    await rollbook.remove();
  }
}
