import type { Catalogue, DomainEvent } from '#libs/kernel';

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
    >;

declare module '#libs/kernel' {
  interface SubjectEvents {
    installation: InstallationEvent;
  }
}

export const installationEvents: Catalogue<InstallationEvent> = {
  InstallationFounded: {},
  InstallationRestored: {},
  InstallationTakenOver: {},
  InstallationKeyRotated: {},
};
