/* oxlint-disable unicorn/require-post-message-target-origin, unicorn/prefer-add-event-listener -- threads have no origin */
import { BroadcastChannel } from 'node:worker_threads';
import { startEmbeddedEventStore, type EmbeddedEventStoreOptions } from '#libs/embedded-eventstore';
import { answerQuestions, cpuSeconds } from './peer.js';

export interface StartedNode {
  readonly url: string;
  /** How long it took, in ms. */
  readonly took: number;
}

async function start(options: EmbeddedEventStoreOptions): Promise<StartedNode> {
  const began = performance.now();
  const { url } = await startEmbeddedEventStore(options);
  return { url, took: performance.now() - began };
}

/** Returns the longest stall of the event store's event loop since the last call, in ms. */
async function stall(): Promise<number> {
  const channel = new BroadcastChannel('stall');
  const answer = new Promise<number>((resolve) => {
    channel.onmessage = ({ data }: { data: unknown }) => resolve(data as number);
  });
  channel.postMessage('ask');
  const longest = await answer;
  channel.close();
  return longest;
}

answerQuestions({ start, stall, cpu: cpuSeconds, memory: () => process.memoryUsage.rss() / 2 ** 20 });
