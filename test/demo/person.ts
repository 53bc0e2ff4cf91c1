import type { Company } from './companies.js';
import type { Draw } from './draw.js';
import { names, type Names } from './names.js';

/** A person's data, as AddUser and RegisterUser accept it. */
export interface Person {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly country: string;
  readonly language?: string;
}

/** Makes up people of a company; no two share an address. */
export class People {
  private readonly namesakes = new Map<string, number>();

  constructor(
    private readonly company: Company,
    private readonly domain: string,
    private readonly draw: Draw,
  ) {}

  next(): Person {
    const { countries, language, first, last }: Names = names[this.draw.one(this.company.tongues)];
    const firstName = this.draw.one(first);
    const lastName = this.draw.often(0.06) ? `${this.draw.one(last)}-${this.draw.one(last)}` : this.draw.one(last);
    const local = `${inAscii(firstName)}.${inAscii(lastName)}`;
    const namesakes = (this.namesakes.get(local) ?? 0) + 1;
    this.namesakes.set(local, namesakes);
    return {
      email: `${local}${namesakes > 1 ? namesakes : ''}@${this.domain}`,
      firstName,
      lastName,
      country: this.draw.one(countries),
      ...(language && { language }),
    };
  }
}

const undecomposed: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', ø: 'o', ł: 'l', đ: 'd', þ: 'th', ı: 'i' };

/** Returns a name as it is written in an e-mail address. */
const inAscii = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[ßæøłđþı]/g, (letter) => undecomposed[letter]!)
    .replace(/[^a-z-]/g, '');
