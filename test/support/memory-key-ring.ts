import { hash, randomBytes } from 'node:crypto';
import type { KeyRing, OwnedKeys } from '../../libs/event-store/src/codec.js';

/** A key ring in memory. Tests read its keys, delete them, and set them to 'erased'. */
export class MemoryKeyRing implements KeyRing, OwnedKeys {
  readonly kept = new Map<string, Buffer | 'erased'>();

  async findOrCreateKey(owner: string): Promise<Buffer> {
    const key = this.get(owner) ?? randomBytes(32);
    if (key === 'erased') throw new Error(`${owner} is erased`);
    this.kept.set(owner, key);
    return key;
  }

  /** Returns one key, as `OwnedKeys`. */
  get = (owner: string): Buffer | 'erased' | undefined =>
    this.kept.get(owner) ?? this.kept.get([...this.kept.keys()].find((kept) => this.hideOwner(kept) === owner) ?? '');

  findKeys = async (): Promise<OwnedKeys> => this;

  hideOwner = (owner: string): string => `key:${hash('sha256', owner)}`;
}
