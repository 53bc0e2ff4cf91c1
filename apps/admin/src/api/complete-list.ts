/**
 * Lists the members of a union of strings, in the order of `members`. Give the union as the type argument: a member that
 * is missing, or one too many, does not compile.
 */
export const listMembers = <Member extends string>(members: Readonly<Record<Member, true>>): readonly Member[] =>
  Object.keys(members) as Member[];
