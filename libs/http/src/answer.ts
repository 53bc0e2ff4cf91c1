import { Injectable, SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import { Refusal, VersionedResult } from '#libs/kernel';
import type { CalledRequest, FastifyReply } from './caller.js';
import { ReadPosition } from './ports.js';

export const LOCATION = 'rollbook:location';

/** Declares the `Location` header of a route that creates something, which {@link AnswerInterceptor} sets: each `:name` is filled in from the path, else from the response body. */
export const LocationHeader = (template: string) => SetMetadata(LOCATION, template);

/** The time-out of a read that waits for its Rollbook-Min-Position, ms; constant. */
const minPositionTimeout = 2_000;

/** Sets the response headers ETag, Rollbook-Position and Location, and delays a read until the read models have reached its Rollbook-Min-Position. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(
    private readonly read: ReadPosition,
    private readonly reflector: Reflector,
  ) {}

  /** Waits until reads show the position in the header `Rollbook-Min-Position`, runs the handler, and sets the response's headers Rollbook-Position, ETag and Location. */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<CalledRequest>();
    const reply = http.getResponse<FastifyReply>();
    // Only for authenticated callers: waiting tells whether the log has grown, and so whether an address is known.
    const minPosition = request.caller && parseMinPosition(request);
    if (minPosition !== undefined) await this.read.waitForPosition(minPosition, minPositionTimeout);
    // Read before the query runs, so that the response shows at least this position.
    const positionBefore = this.read.position;
    const location = this.reflector.get<string | undefined>(LOCATION, context.getHandler());
    return next.handle().pipe(
      map((answer: unknown) => {
        if (!(answer instanceof VersionedResult)) {
          if (request.caller && !reply.hasHeader('rollbook-position'))
            void reply.header('rollbook-position', String(positionBefore));
          return answer;
        }
        if (request.caller) void reply.header('rollbook-position', String(answer.position ?? positionBefore));
        if (answer.revision !== undefined) void reply.header('etag', `"${answer.revision}"`);
        if (location)
          void reply.header('location', fillPath(location, { ...(answer.body as object), ...request.params }));
        return answer.body;
      }),
    );
  }
}

/** Replaces each `:name` in a path by its value, percent-encoded. */
export const fillPath = (template: string, values: Readonly<Record<string, unknown>>): string =>
  template.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values[name])));

/** Returns the header Rollbook-Min-Position as a number. Throws `position.invalid`. */
function parseMinPosition(request: CalledRequest): number | undefined {
  const header = request.headers['rollbook-min-position'];
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) {
    throw new Refusal(
      'position.invalid',
      'invalid',
      'Rollbook-Min-Position takes a position from a Rollbook-Position header.',
    );
  }
  return Number(header);
}
