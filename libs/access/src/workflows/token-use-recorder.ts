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

  /** Returns when tokens were last used (ISO 8601, UTC), by their ids; no entry for a token of which no use is known. */
  async findLastUses(tokenIds: readonly string[]): Promise<Map<string, string>> {
    const saved = await this.tokenUses.find(tokenIds);
    return new Map(
      tokenIds.flatMap((id) => {
        const usedAt = this.unsaved.get(id) ?? saved.get(id);
        return usedAt === undefined ? [] : [[id, new Date(usedAt).toISOString()]];
      }),
    );
  }

  /** Stores what was collected. Is called by Nest after the last request. */
  async onApplicationShutdown(): Promise<void> {
    await this.save();
    clearTimeout(this.timer);
  }

  private async save(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const uses = new Map(this.unsaved);
    if (uses.size === 0) return;
    try {
      await this.tokenUses.save(uses);
      for (const [tokenId, usedAt] of uses) if (this.unsaved.get(tokenId) === usedAt) this.unsaved.delete(tokenId);
    } catch {
      // The vault can't be written, which health reports: try again in a minute.
      this.timer = this.startTimer();
    }
  }

  private startTimer(): NodeJS.Timeout {
    return setTimeout(() => void this.save(), this.interval).unref();
  }
}
