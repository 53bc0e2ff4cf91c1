import { ConsoleLogger } from '@nestjs/common';
import { logProjectionProblem, mailLog } from './problem-log.js';

const lines: unknown[] = [];

/** Keeps what the server would write as JSON. */
class RecordingLogger extends ConsoleLogger {
  protected override printAsJson(...line: Parameters<ConsoleLogger['printAsJson']>): void {
    const { level, message, params, stack } = this.getJsonLogObject(...line) as Record<string, unknown>;
    lines.push({ level, message, params, stack });
  }
}

const logger = new RecordingLogger({ json: true, logLevels: ['error', 'warn'] });
beforeEach(() => void (lines.length = 0));

it('a line about a projection that fails has a text as its message, and the problem as parameters', () => {
  const problem = { reason: 'DatabaseError 23502 name', since: '2026-01-01T00:00:00.000Z', projection: 'user-list' };
  logProjectionProblem(logger, problem);
  expect(lines).toEqual([{ level: 'error', message: 'An event can not be projected.', params: problem }]);
});

it('a line about a mail that fails has a text as its message, and the problem as parameters', () => {
  const mail = { id: 'm1', kind: 'approved' } as Parameters<ReturnType<typeof mailLog>['failed']>[0];
  const params = { id: 'm1', kind: 'approved', problem: 'ECONNREFUSED' };
  mailLog(logger).failed(mail, 'ECONNREFUSED', false);
  mailLog(logger).failed(mail, 'ECONNREFUSED', true);
  mailLog(logger).halted('ECONNREFUSED');
  expect(lines).toEqual([
    { level: 'warn', message: 'A mail could not be sent; it is tried again for a day.', params },
    { level: 'error', message: 'A mail was given up.', params },
    { level: 'error', message: 'The mails to send can not be determined.', params: { problem: 'ECONNREFUSED' } },
  ]);
});
