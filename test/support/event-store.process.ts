import { rmSync } from 'node:fs';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';

// An event store in a process of its own, on the directory that is its argument; it removes the files that it is told.
process.on('message', (file: string) => rmSync(file));
const { url } = await startEmbeddedEventStore({ directory: process.argv[2]! });
process.send!(url);
