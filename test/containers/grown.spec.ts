import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { GenericContainer, Wait } from 'testcontainers';
import { compose, imageOf } from './compose.js';
import { findObstacle } from './engine.js';

const obstacle = await findObstacle([imageOf('eventstore'), imageOf('postgresql')]);
if (obstacle) process.stderr.write(`test/containers: skipped, ${obstacle}.\n`);

// Its helper would be one image more that has to be here. Both containers are stopped below, whatever happens.
process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';

(obstacle ? it.skip : it)(
  'passes the end-to-end and contract tests on EventStoreDB and PostgreSQL as docker/compose.yaml names them',
  async () => {
    await using eventStore = await new GenericContainer(imageOf('eventstore'))
      .withEnvironment(compose.services.eventstore.environment)
      .withExposedPorts(2113)
      .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCode(204))
      .start();
    await using postgresql = await new GenericContainer(imageOf('postgresql'))
      .withEnvironment({ POSTGRES_PASSWORD: 'test' })
      .withExposedPorts(5432)
      // It starts once to be set up, then once more to serve.
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .start();
    const { code, output } = await runTests({
      EVENTSTORE_URL: `esdb://${eventStore.getHost()}:${eventStore.getMappedPort(2113)}?tls=false`,
      DATABASE_URL: `postgres://postgres:test@${postgresql.getHost()}:${postgresql.getMappedPort(5432)}/postgres`,
    });
    if (code !== 0) throw new Error(output);
  },
  20 * 60_000,
);

/** The same specs, unchanged, in a process of their own. */
async function runTests(environment: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn('npm', ['test', '--', '--ci', 'test/e2e', 'test/contract'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
