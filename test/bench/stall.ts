/* oxlint-disable unicorn/require-post-message-target-origin, unicorn/prefer-add-event-listener -- threads have no origin */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BroadcastChannel, threadName } from 'node:worker_threads';

/** How often the event loop is checked, in milliseconds. */
const RESOLUTION = 2;

// Loaded first in every thread (`--import`): the event store's thread measures the longest stall of its event loop.
if (threadName === 'event-store-node') {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  const channel = new BroadcastChannel('stall');
  channel.onmessage = ({ data }: { data: unknown }) => {
    if (data !== 'ask') return;
    channel.postMessage(Math.max(0, delay.max / 1e6 - RESOLUTION));
    delay.reset();
  };
  channel.unref();
}
