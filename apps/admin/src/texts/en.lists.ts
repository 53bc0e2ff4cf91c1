/** The texts of lists: the user list, pending approvals, and what all tables have in common. */
export const lists = {
  /** Why somebody is locked, in a few words. */
  lockCause: {
    administrator: 'by an administrator',
    failedLogins: 'after failed logins',
    unaffiliated: 'on leaving the account',
    dormant: 'no login for long',
  },
  list: {
    slow: 'The server takes longer than usual. The rows appear as soon as it answers.',
    waitingTime: 'Waiting time',
  },
  userList: {
    count_one: '{{count, number}} user',
    count_other: '{{count, number}} users',
    countOf_one: '{{matching, number}} of {{count, number}} user',
    countOf_other: '{{matching, number}} of {{count, number}} users',
    atLeast_one: 'More than {{count, number}} user',
    atLeast_other: 'More than {{count, number}} users',
    byStatus: 'Users by status',
    noneMatches: 'No user matches “{{search}}”.',
    noneFits: 'No user matches these filters.',
    searchedAmong: 'Only users with these statuses were searched: {{statuses}}.',
    searchFormer: 'Search deleted and former users too',
    searchAll: 'Search all users',
    withoutFilters: 'Search without filters',
    clearSearch: 'Clear the search',
  },
  firstSteps: {
    title: 'First steps',
    add: 'Add the people who work here. Each gets a mail with a link to set a password.',
    administrator: 'Give a second person the role Administrator, so that the account does not depend on you alone.',
    addButton: 'Add the first users',
    domains:
      'Check the e-mail domains of the account. People who register with such an address wait here for your approval.',
    domainsLink: 'Check the domains',
    token: 'Issue an access token if a program should manage users.',
  },
} as const;
