/** What a tab tells the hub. */
export type MessageFromTab =
  /** The tab is visible and shows this account, which it has read as of `after`; `userId` is logged in. */
  | { readonly kind: 'follow'; readonly accountId: string; readonly userId: string; readonly after: number }
  | { readonly kind: 'pause' };

/** What the hub tells a tab. */
export type MessageToTab =
  | { readonly kind: 'changed'; readonly position: number; readonly userIds: readonly string[] }
  /** Too much has changed: the account has to be read anew. */
  | { readonly kind: 'reset'; readonly position: number }
  /** The server refused the stream, which is tried again. */
  | { readonly kind: 'refused' }
  /** Another tab says that somebody else is logged in: this one is told nothing more until it follows again. */
  | { readonly kind: 'replaced' }
  /** The hub is a new one, which knows no tab yet: each has to follow again. */
  | { readonly kind: 'unknown' };
