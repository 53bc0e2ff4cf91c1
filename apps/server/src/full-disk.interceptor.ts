import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { CalledRequest } from '#libs/http';
import { diskFullRefusal } from '#libs/kernel';
import { DiskMonitor } from './disk-monitor.js';

const reads = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses every request that may write while the disk is full, also if it would write nothing, as a login with an unknown address. */
@Injectable()
export class FullDiskInterceptor implements NestInterceptor {
  constructor(private readonly disk: DiskMonitor) {}

  /** Throws `storage.full` for a request with a writing method while the disk is full. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { method } = context.switchToHttp().getRequest<CalledRequest>();
    if (this.disk.isFull && !reads.has(method)) throw diskFullRefusal();
    return next.handle();
  }
}
