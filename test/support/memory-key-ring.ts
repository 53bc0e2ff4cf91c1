import { hash, randomBytes } from 'node:crypto';
import type { KeyRing } from '../../libs/event-store/src/codec.js';

/** A key ring in memory. Tests read its keys, delete them, and set them to 'erased'. */
export class MemoryKeyRing implements KeyRing {
  readonly kept = new Map<string, Buffer | 'erased'>();

  async findOrCreateKey(owner: string): Promise<Buffer> {
    const key = this.findKey(owner) ?? randomBytes(32);
    if (key === 'erased') throw new Error(`${owner} is erased`);
    this.kept.set(owner, key);
    return key;
  }

  findKey = (owner: string): Buffer | 'erased' | undefined =>
    this.kept.get(owner) ?? this.kept.get([...this.kept.keys()].find((kept) => this.hideOwner(kept) === owner) ?? '');

  hideOwner = (owner: string): string => `key:${hash('sha256', owner)}`;
}
