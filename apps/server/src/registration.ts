import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Refusal, StoreUnavailable } from '#libs/kernel';
import type { ServerRegistration, Vault } from '#libs/vault';
import { build } from './build.js';
import type { Config } from './config.js';
import { toErrorText } from './error-text.js';
import { serverHolder } from './holder.js';
import type { StoreWait } from './store-wait.js';

/**
 * Registers this server with those that share its vault; `closing` ends that.
 * @throws Error of one line if the log may hold events that this build can't read
 */
export async function registerServer(
  { dataDir }: Config,
  { vault, wait, closing }: { vault: Vault; wait: StoreWait; closing: AsyncDisposableStack },
): Promise<ServerRegistration> {
  const registration = vault.createRegistration(serverHolder(dataDir), build);
  await wait.for('vault', () => registration.register());
  const logger = new Logger('Servers');
  const logFailure = (error: unknown) => {
    // An outage is in the log already.
    if (error instanceof StoreUnavailable && error.problem.code !== 'too-slow') return;
    logger.error('This server can not renew its registration.', { problem: toErrorText(error) });
  };
  // If it can't be removed, it lapses.
  closing.defer(() => registration.stop().catch(logFailure));
  registration.start({
    failed: logFailure,
    renewedLate: () => logger.warn('The registration of this server had lapsed: it has registered again.'),
  });
  return registration;
}

/**
 * Refuses every request, except for health and metrics, while this server is not registered: another one may have written
 * events meanwhile that this build can't read.
 */
export function refuseUnregistered(server: FastifyInstance, registration: Pick<ServerRegistration, 'isCurrent'>): void {
  server.addHook('onRequest', async ({ url }) => {
    if (registration.isCurrent || /^\/(health\/|metrics$)/.test(url.split('?', 1)[0]!)) return;
    throw new Refusal(
      'state.unavailable',
      'unavailable',
      'This server has to register again before it takes requests.',
    );
  });
}
