import { useTranslation } from 'react-i18next';
import type { Mail } from '../api/mails';

/** Which text explains an error code: those of the connection, of the mail server and of the file system. */
const problemKeys = {
  ECONNECTION: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  ESOCKET: 'unreachable',
  ETIMEDOUT: 'timeout',
  EDNS: 'dns',
  ENOTFOUND: 'dns',
  EAUTH: 'login',
  ETLS: 'tls',
  EENVELOPE: 'recipient',
  EMESSAGE: 'message',
  ENOSPC: 'file',
  EACCES: 'file',
  'address.refused': 'address',
  'address.differs': 'address',
  'address.needs-smtputf8': 'smtputf8',
} as const;

/** Returns a function that says in words why a mail was not sent. The code may be followed by the mail server's reply code, as in `EENVELOPE 550`. */
export function useMailProblemText(): (mail: Mail) => string {
  const { t } = useTranslation();
  return ({ problem }) => {
    if (problem === null) return t('mails.problem.none');
    const [code = ''] = problem.split(' ');
    const key = Object.hasOwn(problemKeys, code) ? problemKeys[code as keyof typeof problemKeys] : 'other';
    return t(`mails.problem.${key}`, { code: problem });
  };
}
