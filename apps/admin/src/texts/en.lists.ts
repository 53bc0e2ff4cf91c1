/** The texts of lists: the user list, pending approvals, and what all tables have in common. */
export const lists = {
  /** Why somebody is locked, in a few words. */
  lockCause: {
    administrator: 'by an administrator',
    failedLogins: 'after failed logins',
    unaffiliated: 'on leaving the account',
    dormant: 'no login for long',
  },
} as const;
