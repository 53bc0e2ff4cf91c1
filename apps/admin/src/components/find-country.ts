import { languages, type Language } from '../texts/i18n';

/** The codes of ISO 3166-1, alpha-2 and alpha-3, and Kosovo's. */
const isoCodes =
  'ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM XKXKX YEYEM YTMYT ZAZAF ZMZMB ZWZWE'.split(
    ' ',
  );

/** Usual names that `Intl.DisplayNames` lacks, in any of the UI's languages. */
const usualNames: Readonly<Record<string, string>> = {
  AE: 'uae, emirates, emirate, emiratos, emiraty, zea',
  BA: 'bosnia, bosnien, bośnia',
  BY: 'belorussia, weißrussland, weissrussland, bielorrusia, biełoruś',
  CD: 'drc, dr congo, congo-kinshasa, zaire',
  CG: 'congo-brazzaville, republic of the congo',
  CH: 'swiss, helvetia',
  CI: 'ivory coast, elfenbeinküste, costa de marfil, wybrzeże kości słoniowej',
  CN: 'prc, volksrepublik china, chiny ludowe',
  CV: 'cape verde, kap verde, kapverden',
  CZ: 'czech republic, czechia, tschechische republik, república checa, republika czeska, czechy',
  DE: 'brd, rfn, alemania federal',
  FM: 'micronesia',
  GB: 'uk, gb, great britain, britain, england, scotland, wales, northern ireland, großbritannien, grossbritannien, schottland, nordirland, gran bretaña, inglaterra, escocia, gales, irlanda del norte, wielka brytania, anglia, szkocja, walia, irlandia północna',
  IE: 'eire, republic of ireland, republik irland',
  IR: 'persia, persien',
  KP: 'north korea, nordkorea, corea del norte, korea północna, dprk',
  KR: 'south korea, korea, südkorea, corea, corea del sur, korea południowa',
  LA: 'laos',
  MK: 'macedonia, mazedonien, fyrom',
  MM: 'burma, birma, birmania',
  NL: 'holland, holanda, holandia, netherlands',
  PS: 'palestine, palästina, palestina, palestyna',
  RU: 'russian federation, russische föderation, rosja',
  SY: 'syria, syrien',
  SZ: 'swaziland, swasiland, suazilandia',
  TL: 'east timor, osttimor, timor oriental, timor wschodni',
  TR: 'turkey, türkei, turquía, turcja',
  TW: 'formosa, roc',
  US: 'usa, america, united states of america, amerika, vereinigte staaten von amerika, eeuu, ee uu, estados unidos de américa, estados unidos, stany zjednoczone ameryki, ameryka',
  VA: 'vatican, holy see, vatikan, heiliger stuhl, vaticano, santa sede, watykan, stolica apostolska',
};

interface Country {
  readonly code: string;
  readonly alpha3: string;
  /** The folded names in each language. */
  readonly names: Readonly<Record<Language, string>>;
  readonly usualNames: readonly string[];
}

const letters: Readonly<Record<string, string>> = { ł: 'l', ø: 'o', ß: 'ss', æ: 'ae', ı: 'i', đ: 'd' };

/** Returns the text without accents, case and punctuation, for comparisons. */
export const foldText = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[łøßæıđ]/g, (letter) => letters[letter]!)
    .replaceAll(/[.’'`]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

let countries: readonly Country[] | undefined;

/** Returns all countries; the first call builds the list, in some milliseconds. */
const listCountries = (): readonly Country[] => (countries ??= createCountries());

function createCountries(): Country[] {
  const displayNames = (Object.keys(languages) as Language[]).map(
    (language) => [language, new Intl.DisplayNames(language, { type: 'region' })] as const,
  );
  return isoCodes.map((codes) => {
    const code = codes.slice(0, 2);
    const names = displayNames.map(([language, display]) => [language, foldText(display.of(code) ?? code)]);
    return {
      code,
      alpha3: codes.slice(2).toLowerCase(),
      names: Object.fromEntries(names) as Record<Language, string>,
      usualNames: usualNames[code]?.split(', ').map(foldText) ?? [],
    };
  });
}

/** Lists the codes of all countries (ISO 3166-1 alpha-2). */
export const listCountryCodes = (): string[] => listCountries().map(({ code }) => code);

/** Returns the code of the country that has exactly this code or name, in any of the UI's languages. */
export function findCountryByName(text: string): string | undefined {
  const wanted = foldText(text);
  return listCountries().find(
    ({ code, alpha3, names, usualNames: usual }) =>
      [code.toLowerCase(), alpha3, ...usual].includes(wanted) || Object.values(names).includes(wanted),
  )?.code;
}

const beginsWord = (name: string, part: string): boolean => ` ${name}`.includes(` ${part}`);

/** Returns how well a country fits what was typed, 0 being the best, or undefined if it does not fit. */
function rankCountry({ code, alpha3, names, usualNames: usual }: Country, typed: string, language: Language) {
  const name = names[language];
  const others = [...usual, ...Object.values(names)];
  if (code.toLowerCase() === typed || name === typed || usual.includes(typed)) return 0;
  if (name.startsWith(typed)) return 1;
  if (alpha3 === typed) return 2;
  if (beginsWord(name, typed)) return 3;
  if (others.some((other) => other.startsWith(typed))) return 4;
  if (others.some((other) => beginsWord(other, typed))) return 5;
  return name.includes(typed) ? 6 : undefined;
}

/** Returns a function that gives the rank of a country, by its code, for what was typed; undefined if it does not fit. */
export function rankCountries(typed: string, language: Language): (code: string) => number | undefined {
  const wanted = foldText(typed);
  const ranks = new Map(listCountries().map((country) => [country.code, rankCountry(country, wanted, language)]));
  return (code) => ranks.get(code);
}
