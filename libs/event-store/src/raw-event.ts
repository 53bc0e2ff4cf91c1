import { parseUUID } from '@eventstore/db-client/dist/utils/grpcUUID.js';
import type streams from '@eventstore/db-client/generated/streams_pb.js';

/** An event with the bytes that the store holds. Nothing in it is to be trusted before it is authenticated. */
export interface RawEvent {
  /** With the namespace. */
  readonly streamId: string;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly revision: number;
  /** The commit position. */
  readonly position: number;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/**
 * Converts an event of a read or a subscription. The conversion of @eventstore/db-client 6.2.1 parses data and metadata and
 * drops their bytes, which are what a MAC covers.
 */
export function toRawEvent(response: streams.ReadResp.ReadEvent): RawEvent | undefined {
  const event = response.getEvent();
  if (!event) return undefined; // a link whose event is gone; we neither write nor resolve links
  const attributes = event.getMetadataMap();
  return {
    streamId: Buffer.from(event.getStreamIdentifier()!.getStreamName_asU8()).toString(),
    id: parseUUID(event.getId()!),
    type: attributes.get('type') ?? '',
    contentType: attributes.get('content-type') ?? '',
    revision: Number(event.getStreamRevision()),
    position: Number(event.getCommitPosition()),
    data: event.getData_asU8(),
    metadata: event.getCustomMetadata_asU8(),
  };
}

/** Returns whether EventStoreDB has appended this event because the stream is deleted for ever. Its number is the largest possible. */
export const isTombstone = ({ type, revision }: RawEvent): boolean =>
  type === '$streamDeleted' && revision >= Number.MAX_SAFE_INTEGER;

/** An item of a subscription to the log as it is stored, foreign events included. Streams are without the namespace. */
export type RawLogItem =
  | { readonly kind: 'event'; readonly stream: string; readonly event: RawEvent; readonly isAuthentic: boolean }
  /** The metadata of one of our streams were set, or it was deleted. We never do either. */
  | { readonly kind: 'metadata'; readonly stream: string; readonly position: number }
  | { readonly kind: 'checkpoint'; readonly position: number }
  | { readonly kind: 'caughtUp' };
