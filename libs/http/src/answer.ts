import { Injectable, SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import { Refusal, VersionedResult } from '#libs/kernel';
import type { CalledRequest, FastifyReply } from './caller.js';
import { ReadPosition } from './ports.js';

export const LOCATION = 'rollbook:location';

/** Where the thing made by this route lies: `:name` is taken from the path, else from the answer. */
export const LocationHeader = (template: string) => SetMetadata(LOCATION, template);

/** ◇ How long a read waits for its Rollbook-Min-Position, ms. */
const patience = 2_000;

/** ETag, Rollbook-Position, Location; and a read that waits until it can see Rollbook-Min-Position. */
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
    // A stranger who could wait for a position could tell whether the log grew, and so whether an address is known.
    const wanted = request.caller && minPosition(request);
    if (wanted !== undefined) await this.read.waitForPosition(wanted, patience);
    // Taken before the read runs: what it shows is at least this old.
    const seen = this.read.position;
    const location = this.reflector.get<string | undefined>(LOCATION, context.getHandler());
    return next.handle().pipe(
      map((answer: unknown) => {
        if (!(answer instanceof VersionedResult)) {
          if (request.caller && !reply.hasHeader('rollbook-position'))
            void reply.header('rollbook-position', String(seen));
          return answer;
        }
        if (request.caller) void reply.header('rollbook-position', String(answer.position ?? seen));
        if (answer.revision !== undefined) void reply.header('etag', `"${answer.revision}"`);
        if (location)
          void reply.header('location', filled(location, { ...(answer.body as object), ...request.params }));
        return answer.body;
      }),
    );
  }
}

/** Fills the `:name`s of a path. */
export const filled = (template: string, values: Readonly<Record<string, unknown>>): string =>
  template.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values[name])));

function minPosition(request: CalledRequest): number | undefined {
  const header = request.headers['rollbook-min-position'];
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) {
    throw new Refusal(
      'position.invalid',
      'invalid',
      'Rollbook-Min-Position takes a position as Rollbook-Position gave it.',
    );
  }
  return Number(header);
}
