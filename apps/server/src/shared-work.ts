import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import type { SoleWork, Vault } from '#libs/vault';
import { toErrorText } from './error-text.js';

/** Work that has been begun. */
interface Running {
  stop(): Promise<void>;
}

/** The work that only one of the servers of an installation does at a time, and what this one knows of the others' changes. */
export class SharedWork {
  private readonly logger = new Logger('Servers');
  private readonly works: SoleWork[] = [];
  private readonly watch: { close(): Promise<void> };

  /** @param holder names this server, the same after a restart */
  constructor(
    private readonly vault: Vault,
    private readonly holder: string,
  ) {
    vault.witness.attach();
    this.watch = vault.watch((error) => this.report('The changes of other servers can not be read.', error));
  }

  /** Does work whenever it is this server's turn. `begin` gets the number of the turn, begins the work and returns what ends it. */
  add(name: string, begin: (turn: number | undefined) => Running): SoleWork {
    const report = (error: unknown) => this.report(`This server can not do its part of the work: ${name}.`, error);
    const work = this.vault.soleWork(name, this.holder, report);
    this.works.push(work);
    work.start(async (signal, turn) => {
      const running = begin(turn);
      if (!signal.aborted) await once(signal, 'abort');
      await running.stop();
    });
    return work;
  }

  /** Ends all work, and lets other servers do it. */
  async close(): Promise<void> {
    await Promise.all(this.works.map((work) => work.stop()));
    await this.watch.close();
  }

  private report(what: string, error: unknown): void {
    this.logger.error(what, { problem: toErrorText(error) });
  }
}
