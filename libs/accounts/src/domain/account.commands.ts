import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsNumber,
  IsObject,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { MailLanguage } from './language.field.js';
import { Command, Country, Line, Optional, type VersionedResult } from '#libs/kernel';
import type { ContractTerms } from './account.events.js';
import { Email } from './email.field.js';

export class Contract implements ContractTerms {
  @Country() country!: string;
  /** A year, in the installation's currency. */
  @IsNumber() @Min(0) @Max(1e12) recurringRevenue!: number;
}

export class FirstAdministrator {
  @Email() @MaxLength(254) email!: string;
  @Line(100) firstName!: string;
  @Line(100) lastName!: string;
  @Country() country!: string;
}

/** The account that was opened, with its first administrator. */
export interface OpenedAccount {
  readonly accountId: string;
  /** The user id of the first administrator. */
  readonly administratorId: string;
}

/** Opens an account with the e-mail domains it owns and its first administrator. */
export class OpenAccount extends Command<OpenAccount, VersionedResult<OpenedAccount>> {
  @Line(200) name!: string;
  // `ValidateNested` alone lets a missing object, and an array in place of one, pass.
  @Optional()
  @IsArray()
  @ArrayMaxSize(250)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => Contract)
  contracts?: Contract[];
  /** Of mails to users who have none of their own; default `en`. */
  @Optional() @MailLanguage() language?: string;
  /** E-mail domains, asserted as owned. */
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsString({ each: true })
  @MaxLength(253, { each: true })
  domains!: string[];
  @IsObject() @ValidateNested() @Type(() => FirstAdministrator) administrator!: FirstAdministrator;
}

/** Closes an account; used only to undo an opening that failed. */
export class CloseAccount extends Command<CloseAccount> {}

/** Adds a user to the account's set of administrators. */
export class AppointAdministrator extends Command<AppointAdministrator> {
  user!: string;
}

/** Removes a user from the account's set of administrators, before a lock, a deletion or a demotion takes effect. */
export class StandDownAdministrator extends Command<StandDownAdministrator> {
  user!: string;
  because!: 'locked' | 'deleted' | 'demoted' | 'left';
}
