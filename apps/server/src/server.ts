import helmet from '@fastify/helmet';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { join } from 'node:path';
import { AccessTokensProjection, ensureOperatorToken } from '#libs/access';
import { AccountListProjection } from '#libs/accounts';
import { AuditTrailProjection } from '#libs/audit';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { Clock } from '#libs/http';
import { ProjectionRunner, openReadStore } from '#libs/read-store';
import { UserListProjection } from '#libs/users';
import type { Config } from './config.js';
import { lockDataDirectory } from './data-directory.js';
import { openInstallation } from './installation.js';
import { ServerLogger } from './logger.js';
import { Metrics } from './metrics.js';
import { observe } from './observe.js';
import { serveOpenApi } from './openapi.js';
import { ServerModule, type Parts } from './server.module.js';

/** The read models, each built from the log alone. */
export const projections = [AccountListProjection, UserListProjection, AccessTokensProjection, AuditTrailProjection];

/** A running server. */
export interface Server {
  readonly url: string;
  /** The file that holds the operator's token. */
  readonly operatorToken: string;
  /** Stops taking requests, finishes those under way, closes everything. Idempotent. */
  close(): Promise<void>;
}

class SystemClock extends Clock {
  override now = () => new Date();
}

/** Starts everything that the settings ask for. Throws one clear line; what was opened until then is closed again. */
export async function startServer(config: Config, { clock = new SystemClock() }: { clock?: Clock } = {}): Promise<Server> {
  Logger.overrideLogger(new ServerLogger(config.logLevel));
  const owned = new Owned();
  try {
    const lock = lockDataDirectory(config.dataDir);
    owned.add(() => lock.release());
    const parts = await openParts(config, clock, owned);
    const operatorToken = join(config.dataDir, 'operator-token');
    if (await ensureOperatorToken({ ...parts, file: operatorToken, at: clock.now().toISOString() })) {
      new Logger('Server').log(`The operator's token is in ${operatorToken}`);
    }
    const app = await createApp(config, parts);
    owned.add(() => app.close());
    await parts.projections.start();
    await listen(app, config);
    return { url: await app.getUrl(), operatorToken, close: () => owned.close() };
  } catch (error) {
    await owned.close();
    throw error;
  }
}

async function openParts(config: Config, clock: Clock, owned: Owned): Promise<Parts> {
  const url = config.eventStoreUrl ?? (await embedded(config, owned));
  const { store, vault } = await openInstallation(config, url);
  owned.add(async () => {
    await store.close();
    vault.close();
  });
  const log = { installation: vault.fingerprint, namespace: config.eventStoreNamespace };
  const readStore = await openReadStore({ directory: config.dataDir, ...(config.databaseUrl && { databaseUrl: config.databaseUrl }), log });
  owned.add(() => readStore.close());
  const logger = new Logger('Projections');
  const runner = new ProjectionRunner({
    store: readStore,
    projections,
    subscribe: (from, signal) => store.follow(from, signal),
    report: (problem) => logger.error(problem, 'an event can not be projected'),
  });
  owned.add(() => runner.stop());
  return { store, vault, readStore, projections: runner, clock };
}

async function embedded({ dataDir }: Config, owned: Owned): Promise<string> {
  const node = await startEmbeddedEventStore({ directory: join(dataDir, 'events') });
  owned.add(() => node.close());
  return node.url;
}

async function createApp({ trustProxy, logLevel }: Config, parts: Parts): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ trustProxy, bodyLimit: 256 * 1024, requestTimeout: 30_000, return503OnClosing: true });
  const app = await NestFactory.create<NestFastifyApplication>(ServerModule.of(parts), adapter, {
    logger: new ServerLogger(logLevel),
    abortOnError: false,
  });
  app.setGlobalPrefix('api/v1', { exclude: ['health/live', 'health/ready', 'metrics'] });
  await app.register(helmet, { contentSecurityPolicy: false });
  observe(app, app.get(Metrics));
  serveOpenApi(app);
  return app.init();
}

async function listen(app: NestFastifyApplication, { port, host }: Config): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(code === 'EADDRINUSE' ? `Port ${port} on ${host} is taken: set PORT to another.` : `Can not listen on ${host}:${port} (${code}).`, { cause: error });
  }
}

/** What has been opened, closed in the opposite order, once. */
class Owned {
  private readonly closers: (() => void | Promise<void>)[] = [];
  private closing: Promise<void> | undefined;

  add(close: () => void | Promise<void>): void {
    this.closers.push(close);
  }

  close(): Promise<void> {
    return (this.closing ??= (async () => {
      for (const close of this.closers.toReversed()) await close();
    })());
  }
}
