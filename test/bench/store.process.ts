import { setTimeout as elapse } from 'node:timers/promises';
import { BroadcastChannel, threadName } from 'node:worker_threads';
