import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CommandBody, CommandBus, Needs, QueryBus, QueryParams, WithoutRevision } from '#libs/http';
import { AcknowledgeLogIncidents } from './acknowledge-log-incidents.js';
import { ListLogIncidents } from './list-log-incidents.js';

/** Routes for operators about what was changed in the log from outside. */
@ApiTags('installation')
@Controller('log-incidents')
export class LogIncidentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Needs('log:manage')
  list(@QueryParams() query: ListLogIncidents) {
    return this.queries.execute(query);
  }

  /** Acknowledges foreign events and changed streams, so that health is `ok` until new ones come. */
  @Post('acknowledge')
  @Needs('log:manage')
  @WithoutRevision()
  @HttpCode(200)
  acknowledge(@CommandBody() command: AcknowledgeLogIncidents) {
    return this.commands.execute(command);
  }
}
