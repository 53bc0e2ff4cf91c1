import type { Readable } from 'node:stream';

/** A stream of the client's: a Readable, though typed by a @types/node of its own. */
type ClientStream<T> = AsyncIterable<T>;

const readable = (stream: ClientStream<unknown>): Readable => stream as Readable;

/** Iterates a stream, which is taken from the wire no faster than that. {@link leave} it afterwards. */
export function unhurried<T>(stream: ClientStream<T>): AsyncIterable<T> {
  readable(stream).on('error', ignore); // after the iteration, an error is no one's
  return readable(stream).iterator({ destroyOnReturn: false });
}

/** Ends the call to the server. What has already come is drained, for until its end the client keeps hold of the call. */
export function leave(stream: ClientStream<unknown>, cancel: () => Promise<void>): void {
  if (!readable(stream).readableEnded) void cancel().catch(ignore);
  readable(stream).resume();
}

function ignore(): void {}
