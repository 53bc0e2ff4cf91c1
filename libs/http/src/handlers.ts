import { Inject, Injectable, type Type } from '@nestjs/common';
import { CommandHandler, QueryHandler } from '@nestjs/cqrs';
import type { Command, Query, ResultOf } from '#libs/kernel';

type Token = Type | (abstract new (...args: never[]) => object);
type Instances<T extends readonly Token[]> = {
  [I in keyof T]: T[I] extends abstract new (...args: never[]) => infer O ? O : never;
};

/**
 * Makes Nest's handlers for these commands: `run` gets the injected services once, then each command, and returns the
 * result that the command declares.
 * `...commandHandlers([LockUser, UnlockUser], [EventStore], (store) => (command) => changeUser(store, command))`
 */
export const commandHandlers = <const T extends readonly Token[], C extends Command<unknown>>(
  commands: readonly (new (fields: never) => C)[],
  inject: T,
  run: (...services: Instances<T>) => (command: C) => Promise<ResultOf<C>>,
): Type[] => commands.map((command) => handler(CommandHandler(command as never), command.name, inject, run));

/** Makes Nest's handlers for these queries, like {@link commandHandlers}. */
export const queryHandlers = <const T extends readonly Token[], Q extends Query<unknown>>(
  queries: readonly (new (fields: never) => Q)[],
  inject: T,
  run: (...services: Instances<T>) => (query: Q) => Promise<ResultOf<Q>>,
): Type[] => queries.map((query) => handler(QueryHandler(query as never), query.name, inject, run));

function handler<T extends readonly Token[]>(
  decorate: ClassDecorator,
  name: string,
  inject: T,
  run: (...services: Instances<T>) => (message: never) => Promise<unknown>,
): Type {
  // Nest tells handlers apart by class, so each message gets a class.
  const type = {
    [`${name}Handler`]: class {
      readonly execute: (message: never) => Promise<unknown>;

      constructor(...services: unknown[]) {
        this.execute = run(...(services as Instances<T>));
      }
    },
  }[`${name}Handler`]!;
  inject.forEach((token, index) => Inject(token)(type, undefined, index));
  decorate(type);
  Injectable()(type);
  return type;
}
