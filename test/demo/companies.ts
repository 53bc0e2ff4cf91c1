import type { Tongue } from './names.js';

/** An account to open: who works there, and where it has contracts. */
export interface Company {
  readonly name: string;
  /** Its domain's first label; a run's id makes it new. */
  readonly slug: string;
  /** The languages of its people's names; a language that is listed twice is twice as frequent. */
  readonly tongues: readonly Tongue[];
  /** Its share of all users. */
  readonly share: number;
  /** Country and recurring revenue a year. */
  readonly contracts: Readonly<Record<string, number>>;
}

/** Made-up companies of different sizes: from a quarter of all users to a handful. */
export const companies: readonly Company[] = [
  {
    name: 'Nordlicht Logistik GmbH',
    slug: 'nordlicht',
    tongues: ['de', 'de', 'de', 'pl', 'tr', 'en'],
    share: 0.24,
    contracts: { DE: 480_000, PL: 150_000, AT: 42_000 },
  },
  {
    name: 'Hospital Universitario San Telmo',
    slug: 'san-telmo',
    tongues: ['es', 'es', 'es', 'pt'],
    share: 0.18,
    contracts: { ES: 390_000 },
  },
  {
    name: 'Zakłady Żeglugi Bałtyckiej S.A.',
    slug: 'zegluga',
    tongues: ['pl', 'pl', 'pl', 'sv', 'de'],
    share: 0.14,
    contracts: { PL: 220_000, SE: 61_000 },
  },
  {
    name: 'Compagnie des Cafés Métropole',
    slug: 'cafes-metropole',
    tongues: ['fr', 'fr', 'fr', 'vi', 'en'],
    share: 0.11,
    contracts: { FR: 205_000, BE: 35_000 },
  },
  {
    name: 'Thornbury & Daughters Ltd',
    slug: 'thornbury',
    tongues: ['en', 'en', 'fr'],
    share: 0.09,
    contracts: { GB: 130_000, IE: 22_000 },
  },
  {
    name: 'Strojírny Vltava a.s.',
    slug: 'vltava',
    tongues: ['cs', 'cs', 'de'],
    share: 0.07,
    contracts: { CZ: 118_000, SK: 40_000 },
  },
  {
    name: 'Øresund Bioteknik ApS',
    slug: 'oresund-bio',
    tongues: ['da', 'da', 'sv', 'en'],
    share: 0.06,
    contracts: { DK: 99_000, SE: 51_000 },
  },
  { name: 'İzmir Dokuma A.Ş.', slug: 'izmir-dokuma', tongues: ['tr'], share: 0.04, contracts: { TR: 57_000 } },
  { name: 'Magyar Könyvműhely Kft.', slug: 'konyvmuhely', tongues: ['hu'], share: 0.03, contracts: { HU: 31_000 } },
  { name: 'Livraria São Brás', slug: 'sao-bras', tongues: ['pt'], share: 0.02, contracts: { PT: 18_500, BR: 12_000 } },
  { name: 'Fjällsjö Energi AB', slug: 'fjallsjo', tongues: ['sv', 'da'], share: 0.015, contracts: { SE: 14_000 } },
  { name: 'Atelier Hoàng', slug: 'atelier-hoang', tongues: ['vi', 'fr'], share: 0.005, contracts: {} },
];
