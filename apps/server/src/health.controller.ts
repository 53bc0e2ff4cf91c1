import { Controller, Get, HttpCode, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { prometheusContentType } from 'prom-client';
import { Needs, Public, TokenOptional, type CalledRequest, type FastifyReply } from '#libs/http';
import { Refusal } from '#libs/kernel';
import { Health, isReady } from './health.js';
import { Metrics } from './metrics.js';

/** Routes for operators. An anonymous caller learns only whether the server works: a growing position would tell that an address is known. */
@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @Public()
  live() {
    return { status: 'ok' };
  }

  /** Answers 503 while commands can not be processed or the read models are not built yet, else 200; with details for operators. */
  @Get('health/ready')
  @TokenOptional()
  @HttpCode(200)
  async ready(@Req() { caller }: CalledRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const answer = isOperator(caller) ? await this.health.details() : { status: this.health.status };
    if (!isReady(answer.status)) void reply.status(503).header('retry-after', 1);
    return answer;
  }

  @Get('metrics')
  @Needs('authenticated')
  async scrape(@Req() { caller }: CalledRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    if (!isOperator(caller)) throw new Refusal('access.forbidden', 'forbidden', 'Metrics are for operators.');
    void reply.type(prometheusContentType);
    return this.metrics.text(await this.health.head());
  }
}

const isOperator = (caller: CalledRequest['caller']): boolean => caller?.actor.kind === 'operator';
