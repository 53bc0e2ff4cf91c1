import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { QueryBus, QueryParams, Public } from '#libs/http';
import { GetInstallation } from '../read/installation-status.js';

@ApiTags('installation')
@Controller('installation')
export class InstallationStatusController {
  constructor(private readonly queries: QueryBus) {}

  /** Whether anything is here yet; a browser that finds nothing begins with the first account. */
  @Get()
  @Public()
  get(@QueryParams() query: GetInstallation) {
    return this.queries.execute(query);
  }
}
