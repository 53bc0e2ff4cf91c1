import { Injectable } from '@nestjs/common';
import { CommandBus as NestCommandBus, QueryBus as NestQueryBus } from '@nestjs/cqrs';
import type { Command, Query } from '#libs/kernel';

/** Nest's command bus with the result type that each command declares. */
@Injectable()
export class CommandBus {
  constructor(private readonly bus: NestCommandBus) {}

  /** Runs the handler of a command and returns its result. */
  execute<Result>(command: Command<unknown, Result>): Promise<Result> {
    return this.bus.execute<Command<unknown, Result>, Result>(command);
  }
}

/** Nest's query bus with the result type that each query declares. */
@Injectable()
export class QueryBus {
  constructor(private readonly bus: NestQueryBus) {}

  /** Runs the handler of a query and returns its result. */
  execute<Result>(query: Query<unknown, Result>): Promise<Result> {
    return this.bus.execute<Query<unknown, Result>, Result>(query);
  }
}
