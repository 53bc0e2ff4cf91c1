import type { Permission } from '#libs/authorization';
import * as credentials from '../areas/credentials/credentials.commands.js';
import * as locks from '../areas/locks/locks.commands.js';
import * as membership from '../areas/membership/membership.commands.js';
import * as profile from '../areas/profile/profile.commands.js';
import * as roles from '../areas/roles/roles.commands.js';
import * as sessions from '../areas/sessions/sessions.commands.js';
import type { Act } from './act.js';

const { membershipActs, ...membershipCommands } = membership;
const { lockActs, ...lockCommands } = locks;
const { roleActs, ...roleCommands } = roles;
const { profileActs, ...profileCommands } = profile;
const { credentialActs, ...credentialCommands } = credentials;
const { sessionActs, ...sessionCommands } = sessions;

/** The commands on users, by name. */
export const commands = {
  ...membershipCommands,
  ...lockCommands,
  ...roleCommands,
  ...profileCommands,
  ...credentialCommands,
  ...sessionCommands,
};
type Commands = typeof commands;

/** The acts of all commands, by name. A command without an act does not compile. */
export const acts = {
  ...membershipActs,
  ...lockActs,
  ...roleActs,
  ...profileActs,
  ...credentialActs,
  ...sessionActs,
} satisfies { readonly [Name in keyof Commands]: Act<InstanceType<Commands[Name]>> };
type Acts = typeof acts;

/** The classes of the commands whose acts have this shape. */
type CommandsWith<Shape> = {
  [Name in keyof Commands]: Acts[Name] extends Shape ? Commands[Name] : never;
}[keyof Commands];

/** The class of any command on users. */
export type UserCommandClass = Commands[keyof Commands];

/** The commands that can take an administrator away from the account. */
export type CommandRemovingAdministrator = InstanceType<CommandsWith<{ removesAdministrator: string }>>;

/** The commands that the bulk route gives, by `action`. */
type BulkCommands = {
  [
    Name in keyof Commands as Acts[Name] extends { bulkName: infer Action extends string } ? Action : never
  ]: Commands[Name];
};

/** The name of a command that `GET …/actions` lists. */
export type ListedCommand = {
  [Name in keyof Commands]: Acts[Name] extends { examples: unknown } ? Name : never;
}[keyof Commands];

const entries = Object.entries(acts) as [keyof Commands, Act][];

/** Returns the {@link Act} of a command: its permission, its name in bulk, its undo and more. */
export const actOf = (command: object): Act => acts[command.constructor.name as keyof Commands];

/** Returns the permission that the route of this command needs. Throws a `TypeError` for an internal command. */
export function permissionFor({ name }: UserCommandClass): Permission {
  const { permission } = acts[name as keyof Commands];
  if (permission === 'internal') throw new TypeError(`${name} is internal: its act names no permission`);
  return permission;
}

/** Returns the classes of all commands on users whose {@link Act} (permission, name in bulk, undo, …) fulfils the condition. */
export const commandsWhere = (condition: (act: Act) => boolean): UserCommandClass[] =>
  entries.filter(([, act]) => condition(act)).map(([name]) => commands[name]);

/** The classes of the bulk commands, by the `action` of the bulk route. */
export const bulkCommands = byBulkName((name) => commands[name]) as BulkCommands;

/** The acts of the bulk commands, by the `action` of the bulk route. */
export const bulkActs = byBulkName((name): Act => acts[name]);

/** The permission that each `action` of the bulk route needs. */
export const bulkPermissions = byBulkName((name) => permissionFor(commands[name]));

function byBulkName<T>(value: (name: keyof Commands) => T): Record<keyof BulkCommands, T> {
  return Object.fromEntries(
    entries.flatMap(([name, { bulkName }]) => (bulkName ? [[bulkName, value(name)]] : [])),
  ) as Record<keyof BulkCommands, T>;
}
