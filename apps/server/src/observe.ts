import { Logger } from '@nestjs/common';
import type { CalledRequest } from '#libs/http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { LoginLog } from './login-log.js';
import type { Metrics } from './metrics.js';

/** Logs and counts each request by its route's pattern, not by its URL, which may contain personal data. */
export function recordRequests(app: NestFastifyApplication, metrics: Metrics, now: () => Date): void {
  const logger = new Logger('Http');
  const loginLog = new LoginLog(now);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'none';
      const ms = Math.round(reply.elapsedTime);
      metrics.countRequest(request.method, route, reply.statusCode, reply.elapsedTime / 1_000);
      const { command, code = 'done' } = request as CalledRequest;
      if (command) metrics.countCommand(command, code);
      if (command && code !== 'done') loginLog.logRefusal(command, code);
      logger.debug({ method: request.method, route, status: reply.statusCode, ms });
    });
}
