/** A message from a tab to the hub. */
export type MessageFromTab =
  /** The tab is visible and shows the account as of the position `after`; `userId` is logged in. */
  | { readonly kind: 'follow'; readonly accountId: string; readonly userId: string; readonly after: number }
  | { readonly kind: 'pause' };

/** A message from the hub to a tab. */
export type MessageToTab =
  | { readonly kind: 'changed'; readonly position: number; readonly userIds: readonly string[] }
  /** Too much has changed: the tab must reload all of the account. */
  | { readonly kind: 'reset'; readonly position: number }
  /** The server refused the stream; the hub retries. */
  | { readonly kind: 'refused' }
  /** In another tab, another user is logged in: the hub sends this tab nothing until it follows again. */
  | { readonly kind: 'replaced' }
  /** The hub is new and knows no tabs: each must follow again. */
  | { readonly kind: 'unknown' };
