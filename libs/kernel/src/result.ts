/** Key of a member that exists in types only: it ties the type of the result to a command or query. */
export declare const resultType: unique symbol;

/** The type of the result that a command or query declares. */
export type ResultOf<Message> = Message extends { readonly [resultType]: infer Result } ? Result : never;

/**
 * A result with its place in the log, which `libs/http` answers as the headers `Rollbook-Position` and `ETag`.
 * A query leaves `position` out: the server knows how far the read models are.
 */
export class VersionedResult<Body> {
  constructor(
    readonly body: Body,
    readonly position?: number,
    /** The revision of the stream of what the result is about. */
    readonly revision?: number,
  ) {}
}
