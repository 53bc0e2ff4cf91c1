import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { permissions, type Permission } from '#libs/authorization';
import { roles, type Role } from '#libs/users';

/** How the holder of a session has shown who they are. */
const authenticationMethods = ['password', 'link', 'token'];

class MyActor {
  @ApiProperty() readonly id!: string;
  @ApiProperty({ enum: ['user', 'service', 'operator'] }) readonly kind!: string;
}

class MyToken {
  @ApiProperty() readonly id!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty() readonly expiresAt!: string;
}

class MySession {
  @ApiProperty() readonly id!: string;
  /** When it ends if it is not used again. */
  @ApiProperty() readonly expiresAt!: string;
  /** When its holder last showed who they are, and how. */
  @ApiProperty() readonly authenticatedAt!: string;
  @ApiProperty({ enum: authenticationMethods }) readonly authenticatedBy!: string;
}

class Profile {
  @ApiProperty() readonly email!: string;
  @ApiProperty() readonly firstName!: string;
  @ApiProperty() readonly lastName!: string;
  @ApiProperty({ type: String, nullable: true }) readonly language!: string | null;
}

/** Who somebody is, and what they may do now. */
export class Me {
  @ApiProperty() readonly actor!: MyActor;
  /** The account that they are confined to. */
  @ApiProperty({ type: String, nullable: true }) readonly account!: string | null;
  @ApiProperty({ enum: roles, isArray: true }) readonly roles!: readonly Role[];
  /** What the token or the session may be used for. */
  @ApiProperty({ enum: permissions, isArray: true }) readonly scopes!: readonly Permission[];
  /** Of these, what the roles give. */
  @ApiProperty({ enum: permissions, isArray: true }) readonly permissions!: readonly Permission[];
  @ApiProperty({ type: MyToken, nullable: true }) readonly token!: MyToken | null;
  @ApiProperty({ type: MySession, nullable: true }) readonly session!: MySession | null;
  /** Of a user. */
  @ApiProperty({ type: Profile, nullable: true }) readonly profile!: Profile | null;
}

export class SessionItem {
  @ApiProperty() readonly id!: string;
  /** Whether it is the one that asks. */
  @ApiProperty() readonly current!: boolean;
  @ApiProperty() readonly startedAt!: string;
  @ApiProperty() readonly lastUsedAt!: string;
  @ApiProperty() readonly expiresAt!: string;
  /** When its holder last showed who they are, and how. */
  @ApiProperty() readonly authenticatedAt!: string;
  @ApiProperty({ enum: authenticationMethods }) readonly authenticatedBy!: string;
  /** The browser, as it names itself. */
  @ApiProperty() readonly agent!: string;
}

export class SessionList {
  @ApiProperty({ type: [SessionItem] }) readonly items!: readonly SessionItem[];
}

export class EndedAccessToken {
  @ApiProperty() readonly ended!: boolean;
  /** With `issued=true`: the ids of the other tokens that were ended. */
  @ApiPropertyOptional({ type: [String] }) readonly issued?: readonly string[];
}

export class IssuedAccessToken {
  @ApiProperty() readonly tokenId!: string;
  /** The secret; nobody keeps it. */
  @ApiProperty() readonly token!: string;
}
