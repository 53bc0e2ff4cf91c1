import { countLinkMail, type SentLinks } from './link-requests.js';

const minute = 60_000;

test('PASSWORD-8: mails with a link are 1, 5 and 30 minutes apart at least, then an hour', () => {
  const waits: number[] = [];
  let sent: SentLinks = { count: 1, lastAt: 0 };
  for (let nth = 0; nth < 6; nth++) {
    let now = sent.lastAt;
    while (!countLinkMail(sent, now, true)) now += minute;
    waits.push((now - sent.lastAt) / minute);
    sent = countLinkMail(sent, now, true)!;
  }
  expect(waits).toEqual([1, 5, 30, 60, 60, 60]);
});

test('PASSWORD-8: a quiet day begins the count anew', () => {
  const sent = { count: 9, lastAt: 5 };
  expect(countLinkMail(undefined, 5, false)).toEqual({ count: 1, lastAt: 5 });
  expect(countLinkMail(sent, 5 + 24 * 60 * minute - 1, true)!.count).toBe(10);
  expect(countLinkMail(sent, 5 + 24 * 60 * minute, true)).toEqual({ count: 1, lastAt: 5 + 24 * 60 * minute });
});

test('PASSWORD-8: there is no wait if no link is open, and the pauses stay as long as before', () => {
  const sent = { count: 3, lastAt: 5 };
  expect(countLinkMail(sent, 6, true)).toBeUndefined();
  expect(countLinkMail(sent, 6, false)).toEqual({ count: 4, lastAt: 6 });
});
