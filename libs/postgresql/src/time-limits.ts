/** How much longer than the server we wait for a statement, in milliseconds, so that the server's own refusal arrives first. */
export const GRACE_MS = 500;
