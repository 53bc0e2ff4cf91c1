import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Refusal, diskFullRefusal, isDiskFull, type RefusalKind } from '#libs/kernel';
import type { CalledRequest, FastifyReply } from './caller.js';
import { Routes } from './routes.js';

/** The one place where a refusal becomes a status code. */
export const statusOf: Record<RefusalKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  stale: 412,
  mismatch: 422,
  throttled: 429,
  unavailable: 503,
};

/** A problem as RFC 9457 has it, with the `code` that programs go by. */
interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly [member: string]: unknown;
}

/** Every error leaves as `application/problem+json`; what nobody foresaw says nothing of its inside. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  constructor(private readonly routes: Routes) {}

  /** Responds to a request that failed with the problem (RFC 9457) for this error. */
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    const request = http.getRequest<CalledRequest>();
    const { status, ...problem } = this.problem(isDiskFull(error) ? diskFullRefusal() : error, request);
    request.code = problem.code;
    if (status === 401) void reply.header('www-authenticate', 'Bearer');
    const retryAfter = problem['retryAfter'] ?? (status === 503 ? 1 : undefined);
    if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
    void reply
      .status(status)
      .type('application/problem+json')
      .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, ...problem }));
  }

  private problem(error: unknown, request: CalledRequest): Problem {
    if (error instanceof Refusal) {
      const { code, kind, message: detail, actions, members } = error;
      return { status: statusOf[kind], code, detail, actions: this.routes.steps(actions, request.caller), ...members };
    }
    const status =
      error instanceof HttpException
        ? error.getStatus()
        : ((error as { statusCode?: number } | null)?.statusCode ?? 500);
    if (status < 500) return clientProblem(status);
    const route = request.routeOptions?.url ?? 'no route';
    // The stack names code; a message could carry somebody's data, so it stays out of the log.
    this.logger.error('A request failed with an unexpected error.', {
      route,
      error: error instanceof Error ? error.name : typeof error,
      stack: frames(error),
    });
    return {
      status: 500,
      code: 'server.error',
      detail: 'Something went wrong here; it has been reported.',
      actions: [],
    };
  }
}

/** A request that no rule has looked at. */
const clientProblem = (status: number): Problem => ({
  status,
  code: `http.${status}`,
  detail: clientErrors[status] ?? 'The request can not be read.',
  actions: [],
});

/** The same as the body of an answer, for what is turned away before it has a route. */
export const clientProblemBody = (status: number): string =>
  JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], ...clientProblem(status) });

/** By HTTP status, the refused requests that no rule has looked at; each has the code `http.<status>`. */
export const clientErrors: Record<number, string> = {
  404: 'There is nothing at this address.',
  405: 'This address takes other methods: the header Allow names them.',
  408: 'The request took too long to arrive.',
  413: 'The body is too large.',
  414: 'A part of the address is too long.',
  415: 'The body must be application/json in UTF-8, without a Content-Encoding.',
  431: 'The address and the headers are too long.',
};

const frames = (error: unknown) =>
  error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')) : [];
