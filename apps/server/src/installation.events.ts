import type { Catalogue, DomainEvent, Envelope } from '#libs/kernel';

/** What happens to the installation as a whole; there is one stream. @stream installation */
export type InstallationEvent =
  /** The log was begun with this vault; no other vault can read it. The first event of every log. */
  | DomainEvent<
      'InstallationFounded',
      {
        /** The vault's fingerprint. */
        vault: string;
      }
    >
  /** The log goes on from a backup: the events after that backup are lost, and new events take their positions. */
  | DomainEvent<
      'InstallationRestored',
      {
        /** When the backup was made. If the log was restored by the event store's own means: the time of its newest event. */
        madeAt: string;
        /** The position of the last event in the backup. Absent in backups that did not record it. */
        position?: number;
      }
    >
  /** From here on, only events that our servers have authenticated count. The events before are those of an earlier build. */
  | DomainEvent<
      'InstallationTakenOver',
      {
        /** The number of events before. */
        events: number;
        /** A digest over all of them in the order of the log (SHA-256, hexadecimal digits), see `advance` in witness.ts. */
        digest: string;
        /** The position of the last of them. */
        position: number;
      }
    >
  /** The last event that is authenticated with the key of its generation: the events after it have a new key. */
  | DomainEvent<
      'InstallationKeyRotated',
      {
        /** The number of the generation that begins after this event. */
        generation: number;
      }
    >
  /** An operator has accepted a tampered stream: up to a revision, it consists of the events that were authentic and visible then. */
  | DomainEvent<
      'TamperedStreamAccepted',
      {
        /** The name of the stream, without the namespace. */
        stream: string;
        /** The last revision of the stream at that time. */
        revision: number;
        /** The revisions of the accepted events: ranges, ascending. */
        events: { first: number; last: number }[];
        /** Why the stream was tampered. */
        problem: string;
        /** What the witness has to have seen of the log. Absent if the log has all authentic events that the witness had seen. */
        log?: {
          /** The position up to which the witness had seen the log. */
          position: number;
          /** The number of authentic events up to it. */
          events: number;
          /** A digest over them (SHA-256, hexadecimal digits), see `advance` in witness.ts. */
          digest: string;
          /** The digest of the event at the position. */
          lastEvent: string;
        };
      }
    >
  /** An operator has seen the foreign events and changed streams that were found up to a position. */
  | DomainEvent<
      'LogIncidentsAcknowledged',
      {
        /** The position up to which the witness had seen the log. */
        position: number;
      }
    >;

declare module '#libs/kernel' {
  interface SubjectEvents {
    installation: InstallationEvent;
  }
}

/** The owner of the key that seals the reasons of operators. */
const sealedFor = (_: object, { subject }: Envelope): string => `${subject.kind}:${subject.id}`;

export const installationEvents: Catalogue<InstallationEvent> = {
  InstallationFounded: {},
  InstallationRestored: {},
  InstallationTakenOver: {},
  InstallationKeyRotated: { sealedFor },
  TamperedStreamAccepted: { sealedFor },
  LogIncidentsAcknowledged: { sealedFor },
};
