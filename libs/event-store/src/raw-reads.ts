import type { AllStreamSubscription, EventStoreDBClient, StreamingRead } from '@eventstore/db-client';
import { createStreamIdentifier } from '@eventstore/db-client/dist/utils/grpcStreamIdentifier.js';
import { ReadStream } from '@eventstore/db-client/dist/streams/utils/ReadStream.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import grpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { toRawEvent, type RawEvent } from './raw-event.js';

const { Options } = streams.ReadReq;

interface RawRead {
  readonly backwards: boolean;
  readonly maxCount: number;
}

export interface StreamRead extends RawRead {
  /** With the namespace. */
  readonly streamId: string;
  /** The first revision, inclusive. Default: the start, or the end if `backwards`. */
  readonly fromRevision?: number | undefined;
}

export interface LogRead extends RawRead {
  /** The stream names start with one of these. */
  readonly prefixes: readonly string[];
  /** Position to start from: inclusive forwards, exclusive backwards. Default: the whole log. */
  readonly from?: number | undefined;
}

/** Reads the events of a stream. `readStream` of @eventstore/db-client 6.2.1 drops the bytes, see {@link toRawEvent}. */
export function readRawStream(client: EventStoreDBClient, read: StreamRead): StreamingRead<RawEvent> {
  const { streamId, fromRevision, backwards } = read;
  const stream = new Options.StreamOptions().setStreamIdentifier(createStreamIdentifier(streamId));
  if (fromRevision !== undefined) stream.setRevision(String(fromRevision));
  else if (backwards) stream.setEnd(new shared.Empty());
  else stream.setStart(new shared.Empty());
  return send(client, 'readStream', toOptions(read).setStream(stream).setNoFilter(new shared.Empty()));
}

/**
 * Reads the events of `$all` whose stream names start with one of some prefixes. The protocol supports it, but `readAll` of
 * @eventstore/db-client 6.2.1 always sends "no filter".
 */
export function readRawLog(client: EventStoreDBClient, read: LogRead): StreamingRead<RawEvent> {
  const { prefixes, from, backwards } = read;
  const all = new Options.AllOptions();
  if (from !== undefined)
    all.setPosition(new Options.Position().setCommitPosition(String(from)).setPreparePosition(String(from)));
  else if (backwards) all.setEnd(new shared.Empty());
  else all.setStart(new shared.Empty());
  const filter = new Options.FilterOptions()
    .setStreamIdentifier(new Options.FilterOptions.Expression().setPrefixList([...prefixes]))
    .setCount(new shared.Empty())
    .setCheckpointintervalmultiplier(1);
  return send(client, 'readAll', toOptions(read).setAll(all).setFilter(filter));
}

/** Lets a subscription, to which no event has come yet, give its events with their bytes. */
export function keepBytes(subscription: AllStreamSubscription): AsyncIterable<RawEvent> {
  (subscription as unknown as { convertGrpcEvent: typeof toRawEvent }).convertGrpcEvent = toRawEvent;
  return subscription as unknown as AsyncIterable<RawEvent>;
}

const toOptions = ({ backwards, maxCount }: RawRead) =>
  new Options()
    .setReadDirection(backwards ? 1 : 0)
    .setCount(String(maxCount))
    .setUuidOption(new Options.UUIDOption().setString(new shared.Empty()));

/** Sends a request through the client. */
function send(client: EventStoreDBClient, name: string, options: streams.ReadReq.Options): StreamingRead<RawEvent> {
  const request = new streams.ReadReq().setOptions(options);
  const open = client['GRPCStreamCreator'](grpc.StreamsClient, name, (node) =>
    node.read(request, ...client['callArguments']({}, { deadline: Infinity })),
  );
  return new ReadStream<RawEvent>(open, toRawEvent as never, {});
}
