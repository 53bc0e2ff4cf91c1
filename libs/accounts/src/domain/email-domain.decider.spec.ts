/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import { given } from '../../../../test/support/given.js';
import { AssertDomain, EmailDomainDecider, ReleaseDomain, toCanonicalDomain } from './email-domain.decider.js';
import { emailDomainEvent, type EmailDomainEvent } from './email-domain.events.js';

const owned = (account = 'account') => emailDomainEvent('DomainOwned', { account, by: 'operator' });
const released = (account = 'account') => emailDomainEvent('DomainReleased', { account });
const domain = (...past: EmailDomainEvent[]) => given(EmailDomainDecider, ...past);

describe('an operator asserts a domain', () => {
  it('DOMAIN-2, EVENT-4: that nobody owns', () => domain().when(new AssertDomain({})).then(owned()));
  it('DOMAIN-2: that its owner released', () =>
    domain(owned('rival'), released('rival')).when(new AssertDomain({})).then(owned()));
  it('DOMAIN-3: of a closed account, which counts as unclaimed', () =>
    domain(owned('rival')).when(new AssertDomain({}), { ownerClosed: true }).then(owned()));
  it('DOMAIN-2: once: again changes nothing', () => domain(owned()).when(new AssertDomain({})).then());
  it('DOMAIN-2: unless another account owns it, which is not disclosed', () => {
    for (const past of [[owned('rival')], [owned(), released(), owned('rival')]]) {
      const refusal = domain(...past)
        .when(new AssertDomain({}))
        .refuses('domain.owned-by-another');
      expect(refusal).toMatchObject({ kind: 'conflict', actions: [], members: {} });
      expect(refusal.message).not.toContain('rival');
    }
  });
});

describe('an operator releases a domain', () => {
  it('DOMAIN-4: of the account', () => domain(owned()).when(new ReleaseDomain({})).then(released()));
  it('DOMAIN-4: only of that account', () => domain(owned('rival')).when(new ReleaseDomain({})).then());
  it('DOMAIN-4: once: again changes nothing', () => {
    domain(owned(), released()).when(new ReleaseDomain({})).then();
    domain().when(new ReleaseDomain({})).then();
  });
});

it('a domain belongs to the account that owns it', () => {
  const context = {} as Parameters<typeof EmailDomainDecider.account>[1];
  expect(EmailDomainDecider.account({ owner: 'account' }, context)).toBe('account');
  expect(EmailDomainDecider.account({}, context)).toBeUndefined();
});

describe('the one way to write a domain', () => {
  it.each([
    ['EXAMPLE.Com', 'example.com'],
    ['  example.com\n', 'example.com'],
    ['example.com.', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['bu\u0308cher.example', 'xn--bcher-kva.example'],
    ['ｅｘａｍｐｌｅ。com', 'example.com'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['mail.example.co.uk', 'mail.example.co.uk'],
    ['почта.рф', 'xn--80a1acny.xn--p1ai'],
    ['a.io', 'a.io'],
    [`${'a'.repeat(63)}.com`, `${'a'.repeat(63)}.com`],
  ])('DOMAIN-1: of %j is %s', (typed, canonical) => {
    expect(toCanonicalDomain(typed)).toBe(canonical);
    expect(toCanonicalDomain(canonical)).toBe(canonical);
  });

  it.each([
    '',
    ' ',
    'localhost',
    '.com',
    'example..com',
    'example.com..',
    'anna@example.com',
    'https://example.com',
    'example.com/x',
    'example.com\\x',
    'example.com:80',
    'example.com?x',
    'example.com#x',
    '%65xample.com',
    'exa mple.com',
    'exa\tmple.com',
    'exa\u0000mple.com',
    '-example.com',
    'example-.com',
    'example.c',
    'example.123',
    '192.168.0.1',
    '[::1]',
    'xn--zzzzz-.com',
    `${'a'.repeat(64)}.com`,
    `example.${'a'.repeat(64)}`,
    `${'abc.'.repeat(64)}com`,
    '\ud800.com',
  ])('DOMAIN-1: refuses %j', (typed) => {
    expect(() => toCanonicalDomain(typed)).toThrow(
      expect.objectContaining({ code: 'domain.invalid', kind: 'invalid' }),
    );
  });

  it('shows no more of the text than a line', () => {
    expect(() => toCanonicalDomain('x'.repeat(10_000))).toThrow(/^.{0,120}$/);
  });
});
