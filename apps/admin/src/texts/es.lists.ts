import type { lists as english } from './en.lists';
import type { Texts } from './texts';

export const lists: Texts<never, typeof english> = {
  lockCause: {
    administrator: 'por un administrador',
    failedLogins: 'tras accesos fallidos',
    unaffiliated: 'al dejar la cuenta',
    dormant: 'mucho tiempo sin entrar',
  },
  list: {
    slow: 'El servidor tarda más de lo normal. Las filas aparecerán en cuanto responda.',
    waitingTime: 'Tiempo de espera',
  },
  userList: {
    count_one: '{{count, number}} usuario',
    count_other: '{{count, number}} usuarios',
    countOf_one: '{{matching, number}} de {{count, number}} usuario',
    countOf_other: '{{matching, number}} de {{count, number}} usuarios',
    atLeast_one: 'Más de {{count, number}} usuario',
    atLeast_other: 'Más de {{count, number}} usuarios',
    byStatus: 'Usuarios por estado',
    noneMatches: 'Ningún usuario coincide con «{{search}}».',
    noneFits: 'Ningún usuario cumple estos filtros.',
    searchedAmong: 'Solo se ha buscado entre los usuarios con estos estados: {{statuses}}.',
    searchFormer: 'Buscar también usuarios eliminados y antiguos',
    searchAll: 'Buscar entre todos los usuarios',
    withoutFilters: 'Buscar sin filtros',
    clearSearch: 'Borrar la búsqueda',
  },
  firstSteps: {
    title: 'Primeros pasos',
    add: 'Añada a las personas que trabajan aquí. Cada una recibe un correo con un enlace para elegir una contraseña.',
    administrator: 'Dé a una segunda persona el rol Administrador, para que la cuenta no dependa solo de usted.',
    addButton: 'Añadir los primeros usuarios',
    domains:
      'Compruebe los dominios de correo de la cuenta. Quien se registre con una dirección de ellos espera aquí su aprobación.',
    domainsLink: 'Comprobar los dominios',
    token: 'Emita un token de acceso si un programa debe gestionar usuarios.',
  },
};
