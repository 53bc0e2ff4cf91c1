import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { AccessModule, PasswordThreads, SessionLimits } from '#libs/access';
import { AccountsModule } from '#libs/accounts';
import { AuditModule } from '#libs/audit';
import { EventStore } from '#libs/event-store';
import {
  AnswerInterceptor,
  Clock,
  CommandBus,
  MailLimits,
  ProblemFilter,
  PublicOrigin,
  QueryBus,
  ReadPosition,
  RequestDigests,
  Routes,
  commandHandlers,
  queryHandlers,
} from '#libs/http';
import { SharedRateLimits } from '#libs/kernel';
import { MailModule, MailProcess } from '#libs/mail';
import { ReadModels, ReadStore } from '#libs/read-store';
import { UsersModule } from '#libs/users';
import { Vault, type ServerRegistration } from '#libs/vault';
import { DiskMonitor } from './disk-monitor.js';
import { FullDiskInterceptor } from './full-disk.interceptor.js';
import { Health } from './health.js';
import { HealthController } from './health.controller.js';
import { AcknowledgeLogIncidents, acknowledgeLogIncidents } from './incidents/acknowledge-log-incidents.js';
import { ListLogIncidents, listLogIncidents } from './incidents/list-log-incidents.js';
import { LogIncidentsController } from './incidents/log-incidents.controller.js';
import { Metrics } from './metrics.js';
import { requestDigestsOf } from './request-digests.js';

/** What the modules are given to work on. */
export interface Parts {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly rateLimits: SharedRateLimits;
  readonly readStore: ReadStore;
  readonly readModels: ReadModels;
  readonly mails: MailProcess;
  readonly registration: ServerRegistration;
  readonly health: Health;
  readonly disk: DiskMonitor;
  readonly metrics: Metrics;
  readonly passwordThreads: PasswordThreads;
  readonly clock: Clock;
  readonly publicOrigin: string | undefined;
  readonly sessions: SessionLimits;
}

@Module({})
class PartsModule {
  static of({
    store,
    vault,
    rateLimits,
    readStore,
    readModels,
    mails,
    health,
    disk,
    metrics,
    passwordThreads,
    clock,
    publicOrigin,
    sessions,
  }: Parts): DynamicModule {
    const providers: Provider[] = [
      { provide: EventStore, useValue: store },
      { provide: Vault, useValue: vault },
      { provide: ReadStore, useValue: readStore },
      { provide: ReadModels, useValue: readModels },
      { provide: MailProcess, useValue: mails },
      { provide: ReadPosition, useValue: readModels satisfies ReadPosition },
      { provide: PasswordThreads, useValue: passwordThreads },
      { provide: Clock, useValue: clock },
      { provide: PublicOrigin, useValue: { origin: publicOrigin } satisfies PublicOrigin },
      { provide: SharedRateLimits, useValue: rateLimits },
      { provide: SessionLimits, useValue: sessions },
      { provide: RequestDigests, useValue: requestDigestsOf(vault) },
      { provide: Health, useValue: health },
      { provide: DiskMonitor, useValue: disk },
      { provide: Metrics, useValue: metrics },
      Routes,
      CommandBus,
      QueryBus,
    ];
    return {
      module: PartsModule,
      global: true,
      imports: [DiscoveryModule],
      providers,
      exports: [...providers, DiscoveryModule],
    };
  }
}

/** The root module of the server: accounts, users, access, audit and mail, which share the stores and services in `Parts`. */
@Module({})
export class ServerModule {
  /** Returns the module with these stores and services. */
  static of(parts: Parts): DynamicModule {
    return {
      module: ServerModule,
      imports: [
        CqrsModule.forRoot(),
        PartsModule.of(parts),
        AccountsModule,
        UsersModule,
        AccessModule,
        AuditModule,
        MailModule,
      ],
      controllers: [HealthController, LogIncidentsController],
      providers: [
        ...queryHandlers(
          [ListLogIncidents],
          [EventStore, Vault],
          (store, vault) => (query) => listLogIncidents({ store, vault }, query),
        ),
        ...commandHandlers(
          [AcknowledgeLogIncidents],
          [EventStore, Vault],
          (store, vault) => (command) => acknowledgeLogIncidents({ store, vault }, command),
        ),
        { provide: APP_INTERCEPTOR, useClass: FullDiskInterceptor },
        { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
        { provide: APP_INTERCEPTOR, useClass: MailLimits },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
