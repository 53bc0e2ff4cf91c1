import type { problems as english } from './en.problems';
import type { Texts } from './texts';

export const problems: Texts<never, typeof english> = {
  user: {
    'not-found': 'No existe tal usuario en esta cuenta.',
    'not-active': 'El usuario no es miembro activo de esta cuenta.',
    'not-pending': 'El usuario no espera aprobación.',
    'not-unaffiliated': 'El usuario no está libre para añadirlo.',
    'not-restorable': 'Esta cuenta no eliminó al usuario en los últimos 30 días, o ha estado en otra desde entonces.',
    'already-in-account': 'El usuario ya está en esta cuenta.',
    'in-another-account': 'El usuario está en otra cuenta: pídale que mire su perfil.',
    'exists-unaffiliated': 'El usuario existe y no está en ninguna cuenta.',
    'outside-domain': 'El usuario existe, y el dominio de su dirección no es de esta cuenta.',
    'outranks-caller': 'Solo un administrador de la cuenta puede hacer esto a un administrador de la cuenta.',
    self: 'Nadie se bloquea, se elimina ni se quita roles a sí mismo.',
    exists: 'Ya hay un usuario con esta dirección.',
    locked: 'El usuario está bloqueado.',
    'email-invalid': 'Esto no es una dirección de correo.',
  },
  account: {
    'last-administrator': 'Es el último administrador de la cuenta.',
    'not-found': 'No existe tal cuenta.',
    'not-opened': 'No se pudo crear la cuenta.',
  },
  domain: {
    'owned-by-another': 'El dominio de esta dirección es de otra cuenta.',
    invalid: 'Este dominio no puede ser de nadie.',
  },
  role: { 'not-grantable': 'Nadie da ni quita un rol que puede más que él mismo.' },
  login: { failed: 'La dirección de correo o la contraseña no son correctas.' },
  link: { 'not-valid': 'El enlace ya se usó, ha caducado o se envió uno más nuevo.' },
  password: { weak: 'Elija otra contraseña.', wrong: 'La contraseña actual no es correcta.' },
  session: { 'not-found': 'Esa sesión ya no existe.' },
  token: {
    'not-found': 'No existe ese token de acceso.',
    'scope-not-held': 'Nadie da lo que no puede hacer.',
    'expiry-invalid': 'Debe caducar después de ahora y en 400 días como mucho.',
    'holder-not-allowed': 'Sus roles no permiten un token de esta clase.',
  },
  at: { invalid: 'Este momento no se puede mostrar.' },
  access: {
    throttled: 'Demasiados intentos. Espere {{seconds}} segundos.',
    forbidden: 'Sus roles no lo permiten.',
    unauthenticated: 'Su sesión ha terminado.',
  },
  request: { invalid: 'Algunos campos no se pueden usar.', 'not-utf8': 'El texto no se envió en UTF-8.' },
  revision: { stale: 'Otra persona lo ha cambiado entretanto.' },
  projections: { behind: 'Las listas aún se están poniendo al día. Inténtelo en un momento.' },
  'event-store': { unavailable: 'El almacén de eventos no responde. Inténtelo en un momento.' },
  'read-store': { unavailable: 'El almacén de listas no responde. Inténtelo en un momento.' },
  server: { error: 'Algo ha fallado en el servidor; queda registrado.' },
};
