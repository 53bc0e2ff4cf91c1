import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

/** How often an event loop is looked at, in milliseconds. */
const RESOLUTION = 2;

// Loaded before everything in every thread (`--import`): each but the first measures how long its event loop stood still, and says so when asked.
if (!isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  const channel = new BroadcastChannel('stall');
  channel.onmessage = ({ data }: { data: unknown }) => {
    if (data !== 'ask') return;
    channel.postMessage({ longest: Math.max(0, delay.max / 1e6 - RESOLUTION) });
    delay.reset();
  };
  channel.unref();
}
