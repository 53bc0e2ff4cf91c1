import { Injectable, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ApiProperty } from '@nestjs/swagger';
import { Command, Query, type SuggestedAction } from '#libs/kernel';
import { filled } from './answer.js';
import type { Caller } from './caller.js';
import { NEEDS, queryFieldsOf, takesKey, takesRevision, type Need } from './needs.js';

/** A next step, ready to be taken. */
export class ActionLink {
  @ApiProperty() readonly action!: string;
  @ApiProperty() readonly method!: string;
  @ApiProperty() readonly href!: string;
}

export interface Route {
  readonly method: string;
  /** With `:name`s. */
  readonly path: string;
  readonly needs: Need | undefined;
  readonly takesKey: boolean;
  readonly takesRevision: boolean;
  /** Fields of a command that the query string may say. */
  readonly queryFields: readonly string[];
  readonly message: Type;
}

/** Which route takes which command or query: read off the controllers, so that a refusal's next steps never go stale. */
@Injectable()
export class Routes {
  private known: ReadonlyMap<string, Route> | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** By the name of the command or query. */
  get all(): ReadonlyMap<string, Route> {
    return (this.known ??= new Map(
      this.discovery.getControllers().flatMap(({ metatype }) => (metatype ? this.of(metatype as Type) : [])),
    ));
  }

  /** The step that this command or query is; throws for one without a route. */
  step(action: string, params: Readonly<Record<string, string>>): ActionLink & Pick<Route, 'needs'> {
    const { method, path, needs } = this.all.get(action)!;
    return { action, method, href: filled(path, params), needs };
  }

  /** The offers that exist and that the caller has the permission for. */
  steps(offers: readonly SuggestedAction[], caller: Pick<Caller, 'permissions'> | undefined): ActionLink[] {
    return offers.flatMap(({ action, params }) => {
      const route = this.all.get(action);
      if (!route || !may(caller, route)) return [];
      const { needs: _, ...step } = this.step(action, params);
      return [step];
    });
  }

  private of(controller: Type): [string, Route][] {
    const prototype = controller.prototype as Record<string, () => unknown>;
    return this.scanner.getAllMethodNames(prototype).flatMap((name): [string, Route][] => {
      const handler = prototype[name]!;
      const method = this.reflector.get<RequestMethod | undefined>(METHOD_METADATA, handler);
      const types = (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as Type[];
      const message = types.find((type) => type?.prototype instanceof Command || type?.prototype instanceof Query);
      if (method === undefined || !message) return [];
      const path = `/api/v1/${joined(this.reflector.get(PATH_METADATA, controller), this.reflector.get(PATH_METADATA, handler))}`;
      return [
        [
          message.name,
          {
            method: RequestMethod[method],
            path,
            needs: this.reflector.get(NEEDS, handler),
            takesKey: takesKey(handler),
            takesRevision: takesRevision(handler),
            queryFields: queryFieldsOf(handler),
            message,
          },
        ],
      ];
    });
  }
}

const joined = (...parts: string[]) =>
  parts
    .map((part) => part.replace(/^\/|\/$/g, ''))
    .filter(Boolean)
    .join('/');

const may = (caller: Pick<Caller, 'permissions'> | undefined, { needs }: Route) =>
  needs === 'authenticated' ||
  (typeof needs === 'string' && needs !== 'anonymous' && (caller?.permissions.has(needs) ?? false));
