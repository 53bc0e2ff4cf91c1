import { Controller, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  Refuses,
  CommandBus,
  CommandBody,
  Needs,
  Public,
  WithoutKey,
  WithoutRevision,
  type CalledRequest,
  type FastifyReply,
} from '#libs/http';
import { Refusal } from '#libs/kernel';
import type { Principal } from '../domain/principal.js';
import {
  ChangePassword,
  CheckPasswordLink,
  FollowPasswordLink,
  LogIn,
  Reauthenticate,
  RequestPasswordLink,
  type Authenticated,
  type PasswordLinkOwner,
} from '../domain/session.commands.js';
import { TokenAuthenticator } from '../workflows/token-authenticator.js';
import { Sessions, holderOf } from '../workflows/sessions.js';
import type { Accepted, EndedSessions } from './answers.js';
import { DeviceCookie } from './device-cookie.js';
import { LinkLimits } from './link-limits.js';
import { PasswordAttempts } from './password-attempts.js';
import { SessionCookie } from './session-cookie.js';

/** Routes of sessions and passwords. */
@ApiTags('access')
@Controller()
export class SessionController {
  constructor(
    private readonly commands: CommandBus,
    private readonly tokenAuthenticator: TokenAuthenticator,
    private readonly sessions: Sessions,
    private readonly cookie: SessionCookie,
    private readonly device: DeviceCookie,
    private readonly attempts: PasswordAttempts,
    private readonly links: LinkLimits,
  ) {}

  /** Logs in and starts a session, whose secret is in a cookie. The code `login.failed` does not tell the cause. */
  @Post('login')
  @Refuses('login.failed', 'access.throttled')
  @Public()
  @HttpCode(200)
  async logIn(
    @CommandBody() command: LogIn,
    @Req() request: CalledRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const execute = () => this.commands.execute(this.device.addDevice(command, request));
    const authenticated = await (command.email === undefined
      ? this.attempts.checkToken(execute)
      : this.attempts.checkForAddress(request, command.email, execute));
    return this.startSession(authenticated, request, reply);
  }

  /** Ends the caller's session. */
  @Post('logout')
  @Needs('authenticated')
  @HttpCode(200)
  async logOut(
    @Req() request: CalledRequest & { caller: Principal },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndedSessions> {
    const { session } = request.caller;
    if (session) await this.sessions.logOut(holderOf(request.caller), session.id);
    this.cookie.clear(request, reply);
    return { ended: true };
  }

  /** Mails a link to set a password, if a user who may log in has this address. The response does not tell whether one has. */
  @Post('password-resets')
  @Refuses('access.throttled')
  @Public()
  @HttpCode(202)
  async requestLink(@CommandBody() command: RequestPasswordLink, @Req() request: CalledRequest): Promise<Accepted> {
    await this.links.limitRequest(request, command.email);
    await this.commands.execute(command);
    return {};
  }

  /** Returns the address of the user whose password a mailed link sets. Does not use the link. */
  @Post('password-resets/check')
  @Refuses('link.not-valid', 'access.throttled')
  @Public()
  @HttpCode(200)
  checkLink(@CommandBody() command: CheckPasswordLink, @Req() request: CalledRequest): Promise<PasswordLinkOwner> {
    return this.links.limitUse(request, command.link, () => this.commands.execute(command));
  }

  /** Sets the password with a mailed link, and starts a session. */
  @Post('password-resets/confirm')
  @Refuses('link.not-valid', 'password.weak', 'login.failed', 'access.throttled')
  @Public()
  @HttpCode(200)
  async followLink(
    @CommandBody() command: FollowPasswordLink,
    @Req() request: CalledRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const authenticated = await this.links.limitUse(request, command.link, () => this.commands.execute(command));
    return this.startSession(authenticated, request, reply);
  }

  /** Changes the caller's password and ends all their sessions. If the caller has a session, a new one starts. */
  @Put('me/password')
  @Refuses(
    'password.wrong',
    'password.weak',
    'password.none-of-yours',
    'login.failed',
    'user.locked',
    'access.throttled',
  )
  @Needs('me:write')
  @WithoutKey()
  async changePassword(
    @CommandBody() command: ChangePassword,
    @Req() request: CalledRequest & { caller: Principal },
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const execute = () => this.commands.execute(this.device.addDevice(command, request));
    const authenticated = await this.attempts.checkForCaller(request, execute);
    return request.caller.session
      ? this.startSession(authenticated, request, reply)
      : this.tokenAuthenticator.describePrincipal(request.caller);
  }

  /**
   * Authenticates the holder of a session again: a user with the password, an operator with the access token. Risky
   * commands ask for it with `access.reauthenticate`.
   */
  @Post('me/reauthenticate')
  @Refuses('session.not-found', 'password.wrong', 'password.none-of-yours', 'token.wrong', 'access.throttled')
  @Needs('authenticated')
  @WithoutKey()
  @WithoutRevision()
  @HttpCode(200)
  async reauthenticate(@CommandBody() command: Reauthenticate, @Req() request: CalledRequest & { caller: Principal }) {
    const { session, authentication } = request.caller;
    if (!session || !authentication)
      throw new Refusal(
        'session.not-found',
        'not-found',
        'There is no session to authenticate again: requests with an access token are not asked to.',
      );
    await this.attempts.checkForCaller(request, () => this.commands.execute(this.device.addDevice(command, request)));
    await this.sessions.renewAuthentication(session, authentication.by);
    return this.tokenAuthenticator.describePrincipal(
      (await this.sessions.findPrincipal(this.cookie.read(request)!, 'fresh')) ?? request.caller,
    );
  }

  /** Starts a session, sets its cookie and the device cookie, and returns the principal. */
  private async startSession(authenticated: Authenticated, request: CalledRequest, reply: FastifyReply) {
    const secret = await this.sessions.start(authenticated, request.headers['user-agent'] ?? '');
    this.cookie.set(request, reply, secret);
    if (authenticated.kind === 'user') this.device.set(request, reply, authenticated.holder);
    if (authenticated.position !== undefined) void reply.header('rollbook-position', String(authenticated.position));
    const principal = await this.sessions.findPrincipal(secret, 'fresh');
    if (principal) return this.tokenAuthenticator.describePrincipal(principal);
    throw new Refusal('login.failed', 'unauthenticated', 'The session ended before it began.');
  }
}
