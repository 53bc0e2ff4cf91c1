import { guessableWordsOf } from '../domain/password.js';
import { PasswordThreads } from './password-threads.js';

const threads = new PasswordThreads(1);
afterAll(() => threads.close());
const person = {
  firstName: 'Wilhelmina',
  lastName: 'Oosterhuis',
  email: 'w.oosterhuis@mondeling.example',
  accountName: 'Kwikstaart Bakkerij',
};
const judge = (password: string) => threads.run('strength', { password, words: guessableWordsOf(person) });

test.each([
  'correct horse battery',
  'kopfsalat fahrrad mond',
  'mariposa tornillo lluvia',
  'lampa zegarek burza',
  'дом собака лес пароль',
  '月亮代表我的心月亮代表我',
  'vJ4!qPz8#mKx',
  'xkq vtr wpz mfd',
])('PASSWORD-2: %s is strong', async (password) => expect((await judge(password)).score).toBeGreaterThanOrEqual(3));

test.each([
  'password1234',
  'P@ssw0rd1234',
  'qwertzuiop123',
  'zaq12wsxcde3',
  'aaaaaaaaaaaaaaaa',
  '123456789012',
  'abcdefghijklmnop',
  'passwortpasswort',
  'contraseña123',
  'schmetterling1',
  'hasło123456789',
  'kochamcie123',
  'wilhelmina oosterhuis',
  'OosterhuisWilhelmina',
  'oosterhuis12',
  'w.oosterhuis@mondeling.example',
  'W.Oosterhuis@Mondeling.Example1',
  'Kwikstaart Bakkerij',
  'kwikstaartbakkerij!',
  'mondeling1990',
  'siuhretsoo1990',
])('PASSWORD-2: %s is guessable', async (password) => expect((await judge(password)).score).toBeLessThan(3));

test('PASSWORD-2: only for the user themselves their words are known', async () => {
  expect(
    (await threads.run('strength', { password: 'Oosterhuis-Kwikstaart', words: [] })).score,
  ).toBeGreaterThanOrEqual(3);
});

test.each(['NguyenThiHoa1', 'thi-hoa-nguyen', 'nguyen.thi.hoa', 'Mueller-Betrieb'])(
  'PASSWORD-2: %s is guessable for Thị Hoa Nguyễn at Müller Betrieb',
  async (password) => {
    const words = guessableWordsOf({
      firstName: 'Thị Hoa',
      lastName: 'Nguyễn',
      email: 'hoa@users.example',
      accountName: 'Müller Betrieb',
    });
    expect((await threads.run('strength', { password, words })).score).toBeLessThan(3);
  },
);

test('PASSWORD-2: a breached password is known as one, though zxcvbn finds it strong', async () => {
  expect(await judge('070793monolit')).toEqual({ score: 3, breached: true });
  expect((await judge('070793Monolit')).breached).toBe(true);
  expect((await judge('070793monolitx')).breached).toBe(false);
});

test('PASSWORD-2: an address that is longer than what is judged is found all the same', async () => {
  const email = `${'quxvbl'.repeat(10)}@${'zrtkwm'.repeat(8)}.example`;
  expect((await threads.run('strength', { password: email, words: [email] })).score).toBeLessThan(3);
});

test('PASSWORD-2: the longest passwords are judged by their beginning', async () => {
  const substituted = '4@8({[<369&#!1/|0$5+7%2/4@'.repeat(5).slice(0, 60);
  const long = await judge(`${substituted}${'x'.repeat(68)}`);
  expect(long).toEqual(await judge(`${substituted}${'x'.repeat(4)}`));
});
