import { Injectable, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { Command, Query, type ActionLink, type RefusalCode, type SuggestedAction } from '#libs/kernel';
import { LOCATION, fillPath } from './answer.js';
import type { Caller } from './caller.js';
import { refusalsOf } from './refuses.js';
import { NEEDS, queryFieldsOf, takesKey, takesRevision, type Need } from './needs.js';

/** A route of the API. */
export interface Route {
  /** The name of its method in the code: `Controller.method`. */
  readonly handler: string;
  readonly method: string;
  /** The path with a `:name` for each parameter. */
  readonly path: string;
  readonly needs: Need | undefined;
  readonly takesKey: boolean;
  readonly takesRevision: boolean;
  /** Fields of the command that the query string may have. */
  readonly queryFields: readonly string[];
  /** The refusal codes that `@Refuses` declares for the route. */
  readonly refusals: readonly RefusalCode[];
  /** Whether a 201 response has the header `Location`. */
  readonly hasLocation: boolean;
  /** The class of the command or query that the route takes; absent if it takes none. */
  readonly message: Type | undefined;
}

/** Lists the routes of the API, which it reads from the controllers' decorators. */
@Injectable()
export class Routes {
  #all: readonly Route[] | undefined;
  #byMessage: ReadonlyMap<string, Route> | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** All routes. */
  get all(): readonly Route[] {
    return (this.#all ??= this.discovery
      .getControllers()
      .flatMap(({ metatype }) => (metatype ? this.routesOf(metatype as Type) : [])));
  }

  /** The routes by the name of their command or query. */
  get byMessage(): ReadonlyMap<string, Route> {
    return (this.#byMessage ??= new Map(
      this.all.flatMap((route) => (route.message ? [[route.message.name, route] as const] : [])),
    ));
  }

  /** Returns a link to the route of a command or query, with the ids in its path. Throws if no route takes it. */
  linkTo(action: string, params: Readonly<Record<string, string>>): ActionLink & Pick<Route, 'needs'> {
    const { method, path, needs } = this.byMessage.get(action)!;
    return { action, method, href: fillPath(path, params), needs };
  }

  /** Returns links to those suggested actions for which the caller has the permission. */
  toLinks(suggestions: readonly SuggestedAction[], caller: Pick<Caller, 'permissions'> | undefined): ActionLink[] {
    return suggestions.flatMap(({ action, params }) => {
      const route = this.byMessage.get(action);
      if (!route || !mayCall(caller, route)) return [];
      const { needs: _, ...link } = this.linkTo(action, params);
      return [link];
    });
  }

  private routesOf(controller: Type): Route[] {
    const prototype = controller.prototype as Record<string, () => unknown>;
    return this.scanner.getAllMethodNames(prototype).flatMap((name): Route[] => {
      const handler = prototype[name]!;
      const method = this.reflector.get<RequestMethod | undefined>(METHOD_METADATA, handler);
      if (method === undefined) return [];
      const types = (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as Type[];
      return [
        {
          handler: `${controller.name}.${name}`,
          method: RequestMethod[method],
          path: `/api/v1/${joinPath(this.reflector.get(PATH_METADATA, controller), this.reflector.get(PATH_METADATA, handler))}`,
          needs: this.reflector.get(NEEDS, handler),
          takesKey: takesKey(handler),
          takesRevision: takesRevision(handler),
          queryFields: queryFieldsOf(handler),
          refusals: refusalsOf(handler),
          hasLocation: Reflect.hasMetadata(LOCATION, handler),
          message: types.find((type) => type?.prototype instanceof Command || type?.prototype instanceof Query),
        },
      ];
    });
  }
}

const joinPath = (...parts: string[]) =>
  parts
    .map((part) => part.replace(/^\/|\/$/g, ''))
    .filter(Boolean)
    .join('/');

const mayCall = (caller: Pick<Caller, 'permissions'> | undefined, { needs }: Route) =>
  needs === 'authenticated' ||
  (typeof needs === 'string' && needs !== 'anonymous' && (caller?.permissions.has(needs) ?? false));
