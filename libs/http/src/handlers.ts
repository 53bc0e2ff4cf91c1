import { Inject, Injectable, type Type } from '@nestjs/common';
import { CommandHandler, QueryHandler } from '@nestjs/cqrs';

type Token = Type | (abstract new (...args: never[]) => object);
type Instances<T extends readonly Token[]> = {
  [I in keyof T]: T[I] extends abstract new (...args: never[]) => infer O ? O : never;
};

/**
 * Nest's command handlers for these commands: `run` gets what is injected once, then each command.
 * `...commandHandlers([LockUser, UnlockUser], [EventStore], (store) => (command) => changeUser(store, command))`
 */
export const commandHandlers = <const T extends readonly Token[], M>(
  messages: readonly (new (fields: never) => M)[],
  inject: T,
  run: (...services: Instances<T>) => (message: M) => Promise<unknown>,
): Type[] => messages.map((message) => handler(CommandHandler(message as never), message.name, inject, run));

/** The same for queries. */
export const queryHandlers = <const T extends readonly Token[], M>(
  messages: readonly (new (fields: never) => M)[],
  inject: T,
  run: (...services: Instances<T>) => (message: M) => Promise<unknown>,
): Type[] => messages.map((message) => handler(QueryHandler(message as never), message.name, inject, run));

function handler<T extends readonly Token[]>(
  decorate: ClassDecorator,
  name: string,
  inject: T,
  run: (...services: Instances<T>) => (message: never) => Promise<unknown>,
): Type {
  // Nest knows handlers by class, so each message has one of its own.
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
