/** First and last names by language, and the countries where they are common. */
export interface Names {
  readonly countries: readonly string[];
  /** The language, if Rollbook supports it; otherwise absent. */
  readonly language?: string;
  readonly first: readonly string[];
  readonly last: readonly string[];
}

const words = (text: string): string[] => text.split(' ');

export const names = {
  en: {
    countries: ['GB', 'IE', 'US'],
    language: 'en',
    first: words(
      'Amelia Arthur Charlotte Dylan Eleanor Finn Grace Harry Imogen Jack Martha Niamh Oliver Poppy Rosie Saoirse Siân Theo Zoë Seán',
    ),
    last: words(
      "Ashworth Bennett Carroll Davies Ellis Fitzgerald Grant Hughes Irwin Jones Kerr Lloyd MacLeod Nolan O'Brien Parry Quinn Reid Stewart Wright",
    ),
  },
  de: {
    countries: ['DE', 'DE', 'AT', 'CH'],
    language: 'de',
    first: words(
      'Anke Björn Cäcilie Dörte Emil Friedrich Greta Heike Jörg Jürgen Käthe Lena Lukas Matthias Nele Paul Rüdiger Sören Theresa Uwe',
    ),
    last: words(
      'Bäcker Böhm Dreßler Fuchs Groß Günther Hartmann Jäger Köhler Krüger Lehmann Löwe Müller Neumann Pfeiffer Schäfer Schröder Voß Weiß Zöllner',
    ),
  },
  fr: {
    countries: ['FR', 'FR', 'BE', 'CH'],
    first: words(
      'Agnès Aurélie Benoît Chloé Clément Élodie Étienne François Gaël Hélène Inès Jérôme Léa Maëlle Mélanie Noël Océane René Théo Zoé',
    ),
    last: words(
      'Béranger Chevallier Côté Crête Delacroix Dubé Fournier Gagné Garçon Hébert Lefèvre Lemaître Mégret Noël Pâquet Péron Rivière Séguin Thévenot Vallée',
    ),
  },
  es: {
    countries: ['ES', 'ES', 'MX', 'AR'],
    language: 'es',
    first: words(
      'Adrián Álvaro Ángela Begoña César Concepción Iñaki Inés Jesús José Lucía María Martín Mónica Núria Óscar Raúl Rocío Sofía Tomás',
    ),
    last: words(
      'Álvarez Benítez Castaño Díaz Fernández Gómez Hernández Ibáñez Jiménez León Martínez Muñoz Núñez Ordóñez Peña Ramírez Rodríguez Sánchez Vázquez Yáñez',
    ),
  },
  pl: {
    countries: ['PL'],
    language: 'pl',
    first: words(
      'Agnieszka Błażej Bożena Czesław Elżbieta Grażyna Jadwiga Józef Kamil Łucja Łukasz Małgorzata Michał Paweł Rafał Sławomir Wiesława Wojciech Zbigniew Żaneta',
    ),
    last: words(
      'Bąk Błaszczyk Cieślak Dąb Gołąb Jabłoń Kołodziej Kwiecień Łoś Mączka Nowak Ożóg Piątek Róg Sęk Ślusarz Wójcik Wróbel Żak Źrebiec',
    ),
  },
  cs: {
    countries: ['CZ', 'CZ', 'SK'],
    first: words(
      'Aleš Bořivoj Čeněk Dušan František Helena Ivana Jiří Kateřina Ľubica Luboš Markéta Miloš Ondřej Přemysl Radek Růžena Šárka Tomáš Zdeněk',
    ),
    last: words(
      'Bláha Čapek Dvořák Fišer Hájek Hruška Ježek Kovář Krejčí Kříž Lišák Malý Němec Novák Pokorný Růžička Říha Šimek Veselý Žižka',
    ),
  },
  sv: {
    countries: ['SE', 'SE', 'FI', 'NO'],
    first: words(
      'Åke Åsa Birgit Björn Elin Frida Göran Gösta Håkan Ingrid Jörgen Kåre Linnéa Märta Mikael Östen Rebecka Solveig Sören Örjan',
    ),
    last: words(
      'Åberg Ängström Björk Dahlström Ekström Fält Grönlund Hallström Hägg Järvinen Källström Lindström Mårtensson Nyström Öberg Östlund Rönnblad Sjögren Söderberg Wikström',
    ),
  },
  da: {
    countries: ['DK', 'DK', 'NO', 'IS'],
    first: words(
      'Anders Asbjørn Bjørn Frederikke Grethe Jørgen Kåre Karsten Kjær Lærke Mads Mette Mikkel Palle Pernille Ragna Rikke Søren Þóra Øyvind',
    ),
    last: words(
      'Ågaard Bjørnsen Bødker Dahl Fjord Grønbæk Højlund Jørgensen Kjær Kjærgaard Krogh Lindegård Møller Nørgaard Rønne Skovgaard Søndergaard Thygesen Vestergård Østergaard',
    ),
  },
  pt: {
    countries: ['PT', 'PT', 'BR'],
    first: words(
      'Adão Alícia André Antónia Beatriz Catarina Conceição Estêvão Fabrício Gonçalo Inês João Júlia Lourenço Luís Mónica Raquel Simão Tomé Vitória',
    ),
    last: words(
      'Almeida Araújo Assunção Brandão Câmara Conceição Falcão Gonçalves Guimarães Leitão Magalhães Mourão Nóbrega Patrício Peçanha Ribeiro Simões Teixeira Varão Zagalo',
    ),
  },
  tr: {
    countries: ['TR'],
    first: words(
      'Ayşe Barış Çağla Çetin Deniz Doğan Elif Gökçe Gülşen Hülya İbrahim Işıl Kıvanç Mehmet Nilüfer Oğuz Özge Şükrü Tuğba Ümit',
    ),
    last: words(
      'Açıkgöz Aydın Bozkır Çelik Çınar Demir Doğru Eroğlu Gündoğdu Güneş Işık Kılıç Korkmaz Öztürk Şahin Şimşek Taş Tunç Ünal Yıldız',
    ),
  },
  hu: {
    countries: ['HU', 'HU', 'RO'],
    first: words(
      'Ágnes András Béla Csilla Dániel Dóra Erzsébet Ferenc Gábor Györgyi István Júlia Katalin László Márton Orsolya Piroska Sándor Tünde Zoltán',
    ),
    last: words(
      'Ács Balogh Bíró Csányi Erdős Fülöp Gáspár Horváth Illés Juhász Kovács Lőrincz Mészáros Nagy Őri Pásztor Szűcs Tóth Váradi Zsigmond',
    ),
  },
  vi: {
    countries: ['VN', 'FR'],
    first: words('Ánh Bảo Cường Diễm Đức Giang Hằng Hiếu Hương Khánh Lan Linh Mỹ Ngọc Phúc Quân Thảo Tuấn Uyên Xuân'),
    last: words('Bùi Châu Đặng Đinh Đoàn Dương Hồ Hoàng Huỳnh Lê Lý Mai Ngô Nguyễn Phạm Phan Tạ Trần Võ Vũ'),
  },
} as const satisfies Record<string, Names>;

export type Tongue = keyof typeof names;
