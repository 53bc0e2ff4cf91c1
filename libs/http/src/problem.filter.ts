import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Refusal, diskFullRefusal, isDiskFull, type RefusalKind } from '#libs/kernel';
import type { CalledRequest, FastifyReply } from './caller.js';
import { Routes } from './routes.js';

/** The HTTP status of each kind of refusal. */
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

/** A problem (RFC 9457) with a `code` for programs. */
interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly [member: string]: unknown;
}

/** Sends every error as `application/problem+json`. The response to an unexpected error contains no details. */
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
      return {
        status: statusOf[kind],
        code,
        detail,
        actions: this.routes.toLinks(actions, request.caller),
        ...members,
      };
    }
    const status =
      error instanceof HttpException
        ? error.getStatus()
        : ((error as { statusCode?: number } | null)?.statusCode ?? 500);
    if (status < 500) return clientProblem(status);
    const route = request.routeOptions?.url ?? 'no route';
    // Only the stack frames: an error's message could contain personal data.
    this.logger.error('A request failed with an unexpected error.', {
      route,
      error: error instanceof Error ? error.name : typeof error,
      stack: stackFrames(error),
    });
    return {
      status: 500,
      code: 'server.error',
      detail: 'Something went wrong here; it has been reported.',
      actions: [],
    };
  }
}

/** Returns the problem of a request that the HTTP server refused before any rule. */
const clientProblem = (status: number): Problem => ({
  status,
  code: `http.${status}`,
  detail: clientErrors[status] ?? 'The request can not be read.',
  actions: [],
});

/** Returns the response body for a request that is refused before it has a route. */
export const clientProblemBody = (status: number): string =>
  JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], ...clientProblem(status) });

/** The details of requests that the HTTP server refuses before any rule, by status; each has the code `http.<status>`. */
export const clientErrors: Record<number, string> = {
  404: 'There is nothing at this address.',
  405: 'This address takes other methods: the header Allow names them.',
  408: 'The request took too long to arrive.',
  413: 'The body is too large.',
  414: 'A part of the address is too long.',
  415: 'The body must be application/json in UTF-8, without a Content-Encoding.',
  431: 'The address and the headers are too long.',
};

/** Returns the lines of an error's stack without its message. */
const stackFrames = (error: unknown) =>
  error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')) : [];
