import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { QueryBus, QueryParams, Public } from '#libs/http';
import { GetInstallation } from '../read/installation-status.js';

@ApiTags('installation')
@Controller('installation')
export class InstallationStatusController {
  constructor(private readonly queries: QueryBus) {}

  /** Returns whether the installation has an account. The admin UI starts with creating the first one. */
  @Get()
  @Public()
  get(@QueryParams() query: GetInstallation) {
    return this.queries.execute(query);
  }
}
