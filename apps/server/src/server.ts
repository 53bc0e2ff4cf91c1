import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { join } from 'node:path';
import { PasswordThreads, ensureOperatorToken } from '#libs/access';
import { LogWitness } from '#libs/event-store';
import { Clock } from '#libs/http';
import { ReadModels } from '#libs/read-store';
import { serveAdmin } from './admin.js';
import { apiPrefix, createHttpAdapter } from './adapter.js';
import { listenForRequests, type ControlSource } from './backup/control-server.js';
import type { Config } from './config.js';
import { DiskMonitor } from './disk-monitor.js';
import { toErrorText } from './error-text.js';
import { ServerLogger } from './logger.js';
import { serverHolder } from './holder.js';
import { linkBaseUrl, createMailProcess } from './mail.js';
import { Health } from './health.js';
import { Metrics } from './metrics.js';
import { listenForMetrics } from './metrics-listener.js';
import { recordRequests } from './observe.js';
import { serveOpenApi } from './openapi/serve.js';
import { openStores, type Stores } from './open-stores.js';
import { logProjectionProblem } from './problem-log.js';
import { projections } from './projections.js';
import { readModelTools } from './read-model-tools.js';
import { refuseUnregistered, registerServer } from './registration.js';
import { ServerModule, type Parts } from './server.module.js';
import { StoreHealth } from './store-health.js';
import { StoreMonitor } from './store-monitor.js';
import { SharedWork } from './shared-work.js';
import { StoreWait } from './store-wait.js';

/** A running server. */
export interface Server {
  readonly url: string;
  /** Of the listener on METRICS_PORT, if there is one. */
  readonly metricsUrl?: string;
  /** The file that holds the operator's token. */
  readonly operatorToken: string;
  readonly app: NestFastifyApplication;
  readonly health: Health;
  readonly metrics: Metrics;
  /** Resolves with the reason if this server must end, because the log may hold events that its build can't read. */
  readonly refused: Promise<Error>;
  /** Stops taking requests, finishes those under way, closes everything. Idempotent. */
  close(): Promise<void>;
}

class SystemClock extends Clock {
  override now = () => new Date();
}

/** Replacements for tests. */
export interface Overrides {
  readonly clock?: Clock;
  /** How long a request may take to arrive, ms. */
  readonly requestTimeout?: number;
}

/** A start that can be given up. */
export interface Abortable {
  readonly signal?: AbortSignal;
}

/**
 * Starts the server with these settings.
 * @throws Error of one line, after closing what was opened
 */
export async function startServer(
  config: Config,
  { clock = new SystemClock(), requestTimeout = 30_000, signal }: Overrides & Abortable = {},
): Promise<Server> {
  Logger.overrideLogger(new ServerLogger(config.logLevel));
  const closing = new AsyncDisposableStack();
  let closed: Promise<void> | undefined;
  try {
    const health = new StoreHealth();
    const wait = new StoreWait({ seconds: config.startTimeout, ...(signal && { signal }) });
    const stores = await openStores(config, closing, { wait, health });
    const registration = await registerServer(config, { ...stores, wait, closing });
    const shared = new SharedWork(stores.vault, serverHolder(config.dataDir));
    closing.defer(() => shared.close());
    shared.add('witness', () => witnessLog(stores));
    const readModels = followLog(config, stores);
    closing.defer(() => readModels.stop());
    const mails = createMailProcess(config, stores, clock);
    closing.defer(() => mails.close());
    const passwordThreads = new PasswordThreads();
    closing.defer(() => passwordThreads.close());
    const publicOrigin = config.publicUrl === undefined ? undefined : new URL(config.publicUrl).origin;
    const monitor = new StoreMonitor({ ...stores, readModels });
    closing.defer(() => monitor.stop());
    const disk = new DiskMonitor({
      directory: config.dataDir,
      stores: [
        ...(config.stateUrl ? [] : ['vault' as const]),
        ...(config.eventStoreUrl ? [] : ['event-store' as const]),
      ],
      health,
    });
    closing.defer(() => disk.stop());
    await disk.start();
    const parts = {
      ...stores,
      disk,
      readModels,
      mails,
      passwordThreads,
      clock,
      rateLimits: stores.vault.rateLimits(() => clock.now()),
      publicOrigin,
      sessions: config.sessions,
      registration,
      health: new Health({ ...stores, registration, readModels, mails, stores: health, monitor }),
      metrics: new Metrics(readModels, mails, health, stores),
    };
    const operatorToken = join(config.dataDir, 'operator-token');
    const token = { ...parts, file: operatorToken, at: clock.now().toISOString(), days: config.operatorTokenDays };
    // Servers that share an installation would replace each other's tokens.
    if (!config.stateUrl && (await wait.for('event store', () => ensureOperatorToken(token)))) {
      new Logger('Server').log(`The operator's token is in ${operatorToken}`);
    }
    const app = await createApp(config, parts, requestTimeout);
    closing.defer(() => drain(app));
    await wait.for('read store', () => readModels.start());
    await readModels.waitUntilBuilt(shortBuildMs);
    monitor.start();
    await listen(app, config);
    const { health: watched, metrics } = parts;
    const listener = await listenForMetrics(config, {
      metrics: async () => metrics.text(await watched.head()),
      details: () => watched.details(),
    });
    if (listener) closing.defer(() => listener.close());
    const linkBase = linkBaseUrl(config, await app.getUrl());
    const sending = shared.add('mails', (turn) => {
      mails.start(linkBase, turn);
      return mails;
    });
    closing.defer(() => sending.stop());
    await takeCommands({ config, ...stores, readModels: readModelTools(stores) }, closing);
    return {
      url: await app.getUrl(),
      ...(listener && { metricsUrl: listener.url }),
      operatorToken,
      app,
      health: watched,
      metrics,
      refused: registration.refused,
      close: () => (closed ??= closing.disposeAsync()),
    };
  } catch (error) {
    await closing.disposeAsync().catch(() => {}); // the first error matters
    throw error;
  }
}

async function takeCommands(source: ControlSource, closing: AsyncDisposableStack): Promise<void> {
  const control = await listenForRequests(source);
  if (control) closing.defer(() => control.close());
  else
    new Logger('Server').warn(
      'The path of DATA_DIR is too long for a socket: this server can not be asked for a backup, or to build read models anew.',
    );
}

/** Starts a witness of the log. */
function witnessLog({ store, vault }: Stores): LogWitness {
  const logger = new Logger('Witness');
  const witness = new LogWitness(store, vault.witness, (error) =>
    logger.error('The log can not be checked for foreign events.', { problem: toErrorText(error) }),
  );
  witness.start();
  return witness;
}

/** How long, in ms, a start waits for read models that are built for the first time: those of a short log need no 503. */
const shortBuildMs = 2_000;

function followLog({ dataDir }: Config, { store, readStore }: Stores): ReadModels {
  const logger = new Logger('Projections');
  return new ReadModels({
    store: readStore,
    projections,
    holder: serverHolder(dataDir),
    lastPosition: () => store.lastPosition(),
    subscribe: (from, signal) => store.follow(from, signal),
    onProblem: (problem) => logProjectionProblem(logger, problem),
  });
}

async function createApp(config: Config, parts: Parts, requestTimeout: number): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    ServerModule.of(parts),
    createHttpAdapter(config, requestTimeout),
    {
      logger: new ServerLogger(config.logLevel),
      // Fastify's own parser reads JSON; Nest would add one for forms.
      bodyParser: false,
      abortOnError: false,
    },
  );
  app.setGlobalPrefix(...apiPrefix);
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: false,
    strictTransportSecurity: { includeSubDomains: config.hstsSubdomains },
  });
  recordRequests(app, app.get(Metrics), () => parts.clock.now());
  refuseUnregistered(app.getHttpAdapter().getInstance(), parts.registration);
  serveOpenApi(app);
  await serveAdmin(app);
  return app.init();
}

/** The limit of connections that wait to be accepted; the system's own limit (on Linux, net.core.somaxconn) may be lower. */
const backlog = 4_096;

/** Finishes open requests and closes the server. Connections that become idle meanwhile are closed at once. */
async function drain(app: NestFastifyApplication): Promise<void> {
  const hangUp = setInterval(() => app.getHttpServer().closeIdleConnections(), 50);
  try {
    await app.close();
  } finally {
    clearInterval(hangUp);
  }
}

async function listen(app: NestFastifyApplication, { port, host }: Config): Promise<void> {
  try {
    await app.listen({ port, host, backlog });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      code === 'EADDRINUSE'
        ? `Port ${port} on ${host} is taken: set PORT to another.`
        : `Can not listen on ${host}:${port} (${code}).`,
      { cause: error },
    );
  }
}
