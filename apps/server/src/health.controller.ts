import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, HttpCode, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { EventStore } from '#libs/event-store';
import { Public, type FastifyReply } from '#libs/http';
import { MailProcess } from '#libs/mail';
import { ProjectionRunner } from '#libs/read-store';
import { Metrics } from './metrics.js';

/** How long, in ms, the log may take to answer before it counts as unavailable: those who ask wait 5 s or more. */
const patience = 4_000;

/** For whoever runs the machines. Says nothing about anybody. */
@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(
    private readonly store: EventStore,
    private readonly projections: ProjectionRunner,
    private readonly mails: MailProcess,
    private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @Public()
  live() {
    return { status: 'ok' };
  }

  /** 200 when the log answers and the read models follow it, else 503; both say how far they are, and how the mails are. */
  @Get('health/ready')
  @Public()
  @HttpCode(200)
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const { position, caughtUp, failing } = this.projections.health();
    const head = await this.head();
    const ready = head !== undefined && caughtUp && !failing;
    const { problem, owed, parked } = this.mails.health();
    if (!ready) void reply.status(503);
    return {
      status: ready ? 'ok' : 'unavailable',
      eventStore: head === undefined ? 'unavailable' : 'ok',
      projections: { status: failing ? 'failing' : caughtUp ? 'ok' : 'catching up', position, head: head ?? null, failing: failing ?? null },
      mails: { status: problem ? 'failing' : 'ok', owed, parked, problem: problem ?? null },
    };
  }

  @Get('metrics')
  @Public()
  async scrape(@Res({ passthrough: true }) reply: FastifyReply) {
    void reply.type(this.metrics.contentType);
    return this.metrics.text(await this.head());
  }

  private head(): Promise<number | undefined> {
    return Promise.race([this.store.head().catch(() => undefined), pause(patience, undefined, { ref: false })]);
  }
}
