import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { answerQuestions, cpuSeconds } from './peer.js';

answerQuestions({
  start: async (directory: string) => (await startEmbeddedEventStore({ directory })).url,
  cpu: cpuSeconds,
});
