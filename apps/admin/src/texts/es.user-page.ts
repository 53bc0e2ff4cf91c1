import type { userPage as english } from './en.user-page';
import type { Texts } from './texts';

/** The texts of a user's page: what it shows now and at an earlier moment. */
export const userPage: Texts<never, typeof english> = {
  copyId: { copy: 'Copiar: {{label}}', copied: 'Copiado' },
  replay: {
    title: 'Cambios en el tiempo',
    slider: 'Cambio que se muestra',
    revision: 'Cambio {{revision}} de {{last}}',
    change: '«{{action}}» por {{name}}, {{date}}',
    earlier: 'Un cambio antes',
    later: 'Un cambio después',
    asOf: 'Como era el',
    show: 'Mostrar',
    showMoment: 'Mostrar el usuario después de este cambio',
    at: 'Como era el {{date}}',
    after: 'Como era el {{date}}: después de «{{action}}» por {{name}}',
    latest: 'Ahora. Último cambio: «{{action}}» por {{name}}, {{date}}',
    latestThen: 'Último cambio anterior: «{{action}}» por {{name}}, {{date}}',
    now: 'Volver a ahora',
    changed: 'Cambiado',
    shown: 'Mostrado',
    before: 'Antes:',
    nowIs: 'Ahora:',
    notHere: 'En ese momento esta cuenta no tenía nada que ver con el usuario.',
  },
  userPage: {
    tamperedTitle: 'El registro de este usuario fue modificado desde fuera',
    tampered:
      'Alguien ha modificado, eliminado o añadido entradas del registro de este usuario sin usar Rollbook, así que los datos que se muestran aquí pueden ser incorrectos. No se puede cambiar nada hasta que un operador lo revise.',
    actions: 'Qué puede hacer',
    more: 'Más',
    details: 'Detalles',
    userId: 'Id. de usuario',
    changeRoles: 'Cambiar roles',
    lockedBy: 'Bloqueado desde el {{date}} por {{name}}',
    pendingSince: 'Espera aprobación desde el {{date}}',
    pendingDomain: 'La dirección está en el dominio {{domain}} de la cuenta.',
    formerSince: '{{status}} el {{date}} por {{name}}',
    entitlementsEnded: 'Conservó sus derechos hasta el {{date}}',
    changeTitle: 'Cambiar {{name}}',
    changed: 'Los cambios de {{name}} están guardados.',
    adopted:
      'Otra persona lo ha cambiado entretanto. Lo que usted no ha tocado muestra sus cambios; guarde otra vez para conservar también los de usted.',
    theirs: 'Otra persona ha puesto aquí: {{value}}',
  },
};
