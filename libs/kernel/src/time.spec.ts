import * as fc from 'fast-check';
import { calendarDateIn, endOfDate, isCalendarDate, isTimeZone, parseTime } from './time.js';

const iso = (ms: number) => new Date(ms).toISOString();

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00.1Z', '2026-01-31T12:00:00.100Z'],
  ['2026-01-31T12:00:00.123456789012345678901234567890Z', '2026-01-31T12:00:00.123Z'],
  [`2026-01-31T12:00:00.${'9'.repeat(500)}Z`, '2026-01-31T12:00:00.999Z'],
  ['2026-01-31T12:00:00+05:30', '2026-01-31T06:30:00.000Z'],
  ['2026-01-31T12:00:00-23:59', '2026-02-01T11:59:00.000Z'],
  ['2024-02-29T00:00:00-00:00', '2024-02-29T00:00:00.000Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ['2017-01-01T00:59:60+01:00', '2017-01-01T00:00:00.000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
])('REPLAY-2: %s is a time', (text, time) => expect(iso(parseTime(text)!.ms)).toBe(time));

test.each([
  '',
  '2026',
  '2026-01',
  '2026-01-31',
  '2026-01-31T12:00Z',
  '2026-01-31T12:00:00',
  '2026-01-31 12:00:00Z',
  '2026-01-31T12:00:00 02:00',
  '2026-01-31T12:00:00.Z',
  '2026-01-31T12:00:00,5Z',
  '2026-02-30T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-31T24:00:00Z',
  '2026-01-31T12:60:00Z',
  '2026-01-31T12:00:61Z',
  '2026-01-31T12:00:60Z',
  '2026-01-31T12:00:00+24:00',
  '2026-01-31T12:00:00+0200',
  '2026-01-31T12:00:00+02',
  '0000-01-01T00:00:00Z',
  '+002026-01-31T12:00:00Z',
  '-2026-01-31T12:00:00Z',
  '2026-W05-6T12:00:00Z',
  '2026-031T12:00:00Z',
  '20260131T120000Z',
  ' 2026-01-31T12:00:00Z',
  '2026-01-31T12:00:00Z ',
  '2026-01-31T12:00:00Z\n',
  '\u0662026-01-31T12:00:00Z',
  '1767225600000',
  '99',
  'now',
  'Sat, 31 Jan 2026 12:00:00 GMT',
])('REPLAY-2: %j is no time', (text) => expect(parseTime(text)).toBeUndefined());

test('REPLAY-2: it is told whether anything was cut off', () => {
  expect(parseTime('2026-01-31T12:00:00.1230000Z')).toMatchObject({ isExact: true });
  expect(parseTime('2026-01-31T12:00:00.1230001Z')).toMatchObject({ isExact: false });
});

test('REPLAY-2: each date of the calendar is one', () => {
  expect(['2026-01-31', '2024-02-29', '9999-12-31', '0001-01-01'].filter((date) => !isCalendarDate(date))).toEqual([]);
  expect(
    ['2026-02-30', '2025-02-29', '2026-1-31', '26-01-31', '0000-01-01', '2026-01-32', '2026-01-31Z', '', '2026'].filter(
      isCalendarDate,
    ),
  ).toEqual([]);
});

test('REPLAY-2: a zone is one of the IANA database', () => {
  expect(
    ['UTC', 'Europe/Warsaw', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'Asia/Kolkata'].filter(
      (zone) => !isTimeZone(zone),
    ),
  ).toEqual([]);
  expect(
    ['', '+02:00', 'Europe/Atlantis', 'Mars', 'Z', '../etc/passwd', '5', 'Europe/Warsaw\0'].filter(isTimeZone),
  ).toEqual([]);
});

test.each([
  ['2026-03-31', 'UTC', '2026-04-01T00:00:00.000Z'],
  ['2026-03-31', 'Europe/Warsaw', '2026-03-31T22:00:00.000Z'],
  ['2026-01-31', 'America/New_York', '2026-02-01T05:00:00.000Z'],
  ['2026-01-31', 'Asia/Kolkata', '2026-01-31T18:30:00.000Z'],
  ['2026-03-28', 'Europe/Warsaw', '2026-03-28T23:00:00.000Z'],
  ['2026-03-29', 'Europe/Warsaw', '2026-03-29T22:00:00.000Z'],
  // Midnight is left out: the next day begins at one.
  ['2018-11-03', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
  // Midnight comes twice.
  ['2018-02-17', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z'],
  ['2006-10-28', 'America/St_Johns', '2006-10-29T03:30:00.000Z'],
  // A day that was left out ends when it would have begun.
  ['2011-12-29', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ['2011-12-31', 'Pacific/Apia', '2011-12-31T10:00:00.000Z'],
  ['0001-01-01', 'America/New_York', '0001-01-02T00:00:00.000Z'],
])('REPLAY-2: %s in %s ends at %s', (date, zone, end) => expect(iso(endOfDate(date, zone))).toBe(end));

test('REPLAY-2: a date ends where the next one begins, in every zone', () => {
  const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
  fc.assert(
    fc.property(
      zones,
      fc.date({ min: new Date('1950-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      (zone, moment) => {
        const date = iso(moment.getTime()).slice(0, 10);
        const end = endOfDate(date, zone);
        expect(calendarDateIn(zone, end - 1) <= date).toBe(true);
        expect(calendarDateIn(zone, end) > date).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});
