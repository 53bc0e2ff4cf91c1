import type { MailTexts } from './mail-texts.js';

export const es: MailTexts = {
  greeting: (name) => (name ? `Hola, ${name}:` : 'Hola:'),
  footer: 'Enviado por Rollbook porque tiene allí una cuenta de usuario. Nadie lee las respuestas.',
  'password-link': ({ until, newMemberOf }) =>
    newMemberOf === undefined
      ? {
          subject: 'Restablezca su contraseña',
          before: 'Se ha pedido una contraseña nueva para su cuenta de usuario. Elíjala aquí:',
          link: 'Elegir una contraseña nueva',
          after: `El enlace sirve una sola vez, hasta el ${until}. Si no la pidió usted, no haga nada: su contraseña sigue siendo la misma.`,
        }
      : {
          subject: 'Complete su perfil',
          before: `Ya es usuario de ${newMemberOf}. Elija una contraseña para iniciar sesión:`,
          link: 'Elegir una contraseña',
          after: `El enlace sirve una sola vez, hasta el ${until}. Si llega tarde, pida otro a su administrador.`,
        },
  'password-changed': () => ({
    subject: 'Su contraseña ha cambiado',
    before: 'Se acaba de establecer la contraseña de su cuenta de usuario y se han cerrado todas las demás sesiones.',
    after: 'Si no ha sido usted, avise de inmediato a su administrador.',
  }),
  'approvals-requested': ({ account, count }) => ({
    subject: count === 1 ? 'Una persona nueva espera su aprobación' : `${count} personas nuevas esperan su aprobación`,
    before: `${count === 1 ? 'Una persona nueva espera' : `${count} personas nuevas esperan`} aprobación en ${account}.`,
    link: 'Ver quién espera',
    after: 'Allí puede aprobar o rechazar. Si mañana siguen esperando, recibirá un recordatorio.',
  }),
  'approvals-waiting': ({ account, count }) => ({
    subject: 'Alguien espera su aprobación',
    before: `${count === 1 ? 'Una persona espera' : `${count} personas esperan`} aprobación en ${account}.`,
    link: 'Ver quién espera',
    after: 'Recibirá un recordatorio al día mientras alguien espere.',
  }),
  'approval-rejected': ({ account }) => ({
    subject: 'Su registro no ha sido aprobado',
    before: `Un administrador de ${account} ha revisado su registro y no lo ha aprobado. No puede iniciar sesión.`,
    after: `Si cree que es un error, consulte a su persona de contacto en ${account}.`,
  }),
};
