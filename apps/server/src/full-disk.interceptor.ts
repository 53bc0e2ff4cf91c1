import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { CalledRequest } from '#libs/http';
import { diskFull } from '#libs/kernel';
import { DiskMonitor } from './disk-monitor.js';

const reads = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses whatever may write while the disk is full, before it is known whether it would: a login on an unknown address writes nothing. */
@Injectable()
export class FullDiskInterceptor implements NestInterceptor {
  constructor(private readonly disk: DiskMonitor) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { method } = context.switchToHttp().getRequest<CalledRequest>();
    if (this.disk.isFull && !reads.has(method)) throw diskFull();
    return next.handle();
  }
}
