import { rmSync } from 'node:fs';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';

// An event store in a process of its own, on the directory that is its argument, `insecure` as a second one; it removes the files that it is told, and says so.
process.on('message', (file: string) => {
  rmSync(file);
  process.send!('removed');
});
const { url } = await startEmbeddedEventStore({
  directory: process.argv[2]!,
  insecure: process.argv[3] === 'insecure',
});
process.send!(url);
