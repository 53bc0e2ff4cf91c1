import type { OnApplicationShutdown } from '@nestjs/common';
import type { Vault } from '#libs/vault';

/** How long uses are collected before they are stored, ms; constant. */
const defaultInterval = 60_000;

/**
 * Records when access tokens are used. Uses are collected in memory and stored once a minute, in one transaction, so that
 * requests wait for nothing; a crash loses those of the last minute, a stop none.
 */
export class TokenUseRecorder implements OnApplicationShutdown {
  private readonly unsaved = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly tokenUses: Pick<Vault['tokenUses'], 'save' | 'find'>,
    private readonly now: () => Date,
    private readonly interval = defaultInterval,
  ) {}

  /** Records that a token is used now. */
  record(tokenId: string): void {
    this.unsaved.set(tokenId, this.now().getTime());
    this.timer ??= this.startTimer();
  }

  /** Returns when a token was last used (ISO 8601, UTC), or `null` if no use is known. */
  lastUseOf(tokenId: string): string | null {
    const usedAt = this.unsaved.get(tokenId) ?? this.tokenUses.find(tokenId);
    return usedAt === undefined ? null : new Date(usedAt).toISOString();
  }

  /** Stores what was collected. Is called by Nest after the last request. */
  onApplicationShutdown(): void {
    this.save();
    clearTimeout(this.timer);
  }

  private save(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.unsaved.size === 0) return;
    try {
      this.tokenUses.save(this.unsaved);
      this.unsaved.clear();
    } catch {
      // The vault can't be written, which health reports: try again in a minute.
      this.timer = this.startTimer();
    }
  }

  private startTimer(): NodeJS.Timeout {
    return setTimeout(() => this.save(), this.interval).unref();
  }
}
