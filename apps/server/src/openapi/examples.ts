const person = { email: 'grace@northwind.example', firstName: 'Grace', lastName: 'Hopper', country: 'US' };
const reason = 'Left the company';

/** Bodies that work, by command; every command whose body has a required field has one. */
const examples: Readonly<Record<string, object>> = {
  AcknowledgeLogIncidents: { until: 4711, reason: 'A test of the event store by its operators' },
  AddUser: { ...person, language: 'en' },
  AddUserToAccount: { reason: 'Moved here from the sales team' },
  ApproveUser: { reason: 'Known to the team' },
  ChangeOwnProfile: { lastName: 'Murray Hopper', language: 'en' },
  ChangePassword: { currentPassword: 'correct horse battery', password: 'staple of seven blue whales' },
  ChangeUser: { lastName: 'Murray Hopper', reason: 'Married' },
  ChangeUsers: { action: 'lock', userIds: ['0b5f3c1e-8a58-4f6b-9d58-4b0c6f6f1a22'], reason, dryRun: true },
  CheckPasswordLink: { link: 'the part of the mailed address after #' },
  DeleteUser: { reason, keepRoles: true },
  EndUserSession: { reason: 'Lost phone' },
  EndUserSessions: { reason: 'Lost phone' },
  FollowPasswordLink: { link: 'the part of the mailed address after #', password: 'staple of seven blue whales' },
  GrantRole: { reason: 'Stands in for the administrator' },
  IssueAccessToken: {
    kind: 'service',
    name: 'Nightly export',
    scopes: ['users:read', 'users:export'],
    expiresAt: '2027-01-31T12:00:00Z',
  },
  LockUser: { reason, dryRun: false },
  LogIn: { email: person.email, password: 'correct horse battery' },
  OpenAccount: {
    name: 'Northwind',
    domains: ['northwind.example'],
    contracts: [{ country: 'US', recurringRevenue: 12_000 }],
    administrator: person,
  },
  Reauthenticate: { password: 'correct horse battery' },
  RecordLogin: { method: 'oidc', at: '2026-01-31T12:00:00Z', ip: '192.0.2.10' },
  RegisterUser: person,
  RejectUser: { reason: 'Unknown to the team' },
  RequestPasswordLink: { email: person.email },
  RequestPasswordReset: { reason: 'Asked for it by phone' },
  RestoreUser: { reason: 'Deleted by mistake' },
  RevokeRole: { reason: 'The administrator is back' },
  UnlockUser: { reason: 'Identity checked by phone' },
};

/** Returns an example of a valid request body of the command with this name, for the OpenAPI document, or undefined if the body needs no fields. */
export const exampleOf = (command: string): object | undefined => examples[command];
