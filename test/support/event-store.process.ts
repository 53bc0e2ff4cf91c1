import { rmSync } from 'node:fs';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';

// Runs an event store in a process of its own. Arguments: its directory, and optionally `insecure`. It removes the files that its parent names and reports it.
process.on('message', (file: string) => {
  rmSync(file);
  process.send!('removed');
});
const { url } = await startEmbeddedEventStore({
  directory: process.argv[2]!,
  insecure: process.argv[3] === 'insecure',
});
process.send!(url);
