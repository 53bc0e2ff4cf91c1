import type { AllStreamResolvedEvent, EventStoreDBClient, StreamingRead } from '@eventstore/db-client';
import { ReadStream } from '@eventstore/db-client/dist/streams/utils/ReadStream.js';
import { convertGrpcEvent } from '@eventstore/db-client/dist/utils/convertGrpcEvent.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import grpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';

const { Options } = streams.ReadReq;

export interface FilteredRead {
  /** The stream names start with it. */
  readonly prefix: string;
  /** Position to start from: inclusive forwards, exclusive backwards. Default: the whole log. */
  readonly from?: number | undefined;
  readonly backwards: boolean;
  readonly maxCount: number;
}

/**
 * Reads the events of `$all` whose stream names start with a prefix. The protocol supports it, but `readAll` of
 * @eventstore/db-client 6.2.1 always sends "no filter": the request is made here, the rest is done by the client.
 */
export function readFilteredLog(client: EventStoreDBClient, read: FilteredRead): StreamingRead<AllStreamResolvedEvent> {
  const request = new streams.ReadReq().setOptions(toOptions(read));
  const open = client['GRPCStreamCreator'](grpc.StreamsClient, 'readAll', (node) =>
    node.read(request, ...client['callArguments']({}, { deadline: Infinity })),
  );
  return new ReadStream<AllStreamResolvedEvent>(open, convertGrpcEvent, {});
}

function toOptions({ prefix, from, backwards, maxCount }: FilteredRead) {
  const all = new Options.AllOptions();
  if (from !== undefined)
    all.setPosition(new Options.Position().setCommitPosition(String(from)).setPreparePosition(String(from)));
  else if (backwards) all.setEnd(new shared.Empty());
  else all.setStart(new shared.Empty());
  const filter = new Options.FilterOptions()
    .setStreamIdentifier(new Options.FilterOptions.Expression().setPrefixList([prefix]))
    .setCount(new shared.Empty())
    .setCheckpointintervalmultiplier(1);
  return new Options()
    .setAll(all)
    .setReadDirection(backwards ? 1 : 0)
    .setCount(String(maxCount))
    .setFilter(filter)
    .setUuidOption(new Options.UUIDOption().setString(new shared.Empty()));
}
