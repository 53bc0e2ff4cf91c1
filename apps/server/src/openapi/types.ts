import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';

export type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
export type Schema = Exclude<Schemas[string], { $ref: string }>;
export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
export type Parameter = Exclude<NonNullable<Operation['parameters']>[number], { $ref: string }>;
export type Response = Exclude<NonNullable<Operation['responses'][string]>, { $ref: string }>;

/** What `scripts/api-types.js` reads from the controllers' TypeScript. */
export interface ApiTypes {
  /** By `Controller.method`; without `content` where the response has no body. */
  readonly operations: Readonly<
    Record<string, { readonly comment?: string; readonly content?: string; readonly schema?: Schema }>
  >;
  /** The schemas of responses, by name. */
  readonly schemas: Schemas;
  /** The comments of commands, queries and their fields, by class. */
  readonly comments: Readonly<
    Record<string, { readonly description?: string; readonly fields: Readonly<Record<string, FieldComment>> }>
  >;
}

export interface FieldComment {
  readonly description: string;
  readonly deprecated?: boolean;
}

/** Reads the types that the build has written to a file. */
export const readApiTypes = (file: string): ApiTypes => JSON.parse(readFileSync(file, 'utf8')) as ApiTypes;
