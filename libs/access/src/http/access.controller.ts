import { Controller, Delete, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  Refuses,
  CommandBus,
  QueryBus,
  QueryParams,
  FromQuery,
  CommandBody,
  LocationHeader,
  Needs,
  WithoutKey,
  WithoutRevision,
  type CalledRequest,
} from '#libs/http';
import { VersionedResult, withContext } from '#libs/kernel';
import { roles } from '#libs/users';
import { EndAccessToken, IssueAccessToken } from '../domain/access-token.commands.js';
import type { Principal } from '../domain/principal.js';
import { permissionsOfRoles } from '../domain/roles.js';
import { GetAccessToken, ListAccessTokens } from '../read/access-tokens.js';
import { TokenAuthenticator } from '../workflows/token-authenticator.js';
import type { RoleList } from './answers.js';

@ApiTags('access')
@Controller()
export class AccessController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly tokenAuthenticator: TokenAuthenticator,
  ) {}

  /** Returns the caller and what they may do now. */
  @Get('me')
  @Needs('authenticated')
  async me(@Req() { caller }: { caller: Principal }) {
    const me = await this.tokenAuthenticator.describePrincipal(caller);
    return new VersionedResult(me, undefined, me.profile?.revision);
  }

  /** Lists the roles that a user can have, with the permissions that each gives. */
  @Get('roles')
  @Needs('authenticated')
  roles(): RoleList {
    return { items: roles.map((role) => ({ role, permissions: permissionsOfRoles([role]) })) };
  }

  /** Issues an access token. Only this response contains its secret. */
  @Post('access-tokens')
  @Refuses(
    'token.expiry-invalid',
    'token.holder-invalid',
    'token.holder-not-allowed',
    'token.outlives-issuer',
    'token.scope-not-held',
    'token.exists',
    'user.not-found',
    'account.not-found',
    'access.reauthenticate',
  )
  @Needs('tokens:manage')
  @WithoutKey()
  @WithoutRevision()
  @LocationHeader('/api/v1/access-tokens/:tokenId')
  issue(@CommandBody({ target: 'tokenId' }) command: IssueAccessToken, @Req() request: CalledRequest) {
    const isStillAllowed = () => request.isStillAllowed!('fresh');
    return this.commands.execute(withContext(command, { ...command.context, isStillAllowed }));
  }

  /** Lists the access tokens that the caller may manage. */
  @Get('access-tokens')
  @Refuses('cursor.invalid')
  @Needs('tokens:manage')
  list(@QueryParams() query: ListAccessTokens) {
    return this.queries.execute(query);
  }

  /** Returns an access token that the caller may manage. */
  @Get('access-tokens/:tokenId')
  @Needs('tokens:manage')
  get(@QueryParams({ target: 'tokenId' }) query: GetAccessToken) {
    return this.queries.execute(query);
  }

  /** Ends an access token. With `issued=true` it also ends the tokens that were issued with it, and those issued with them. */
  @Delete('access-tokens/:tokenId')
  @Needs('tokens:manage')
  @FromQuery('issued')
  @WithoutRevision()
  @HttpCode(200)
  end(@CommandBody({ target: 'tokenId' }) command: EndAccessToken) {
    return this.commands.execute(command);
  }
}
