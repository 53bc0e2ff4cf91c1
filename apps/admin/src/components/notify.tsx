import { useEffect, useState } from 'react';
import { i18n } from '../texts/i18n';
import { lazyComponent } from './lazy-component';

const Notifications = lazyComponent(async () => (await import('@mantine/notifications')).Notifications);

let show: () => void = () => undefined;

/** Where `tell` tells. */
export function NotificationArea() {
  const [isNeeded, setNeeded] = useState(false);
  useEffect(() => {
    show = () => setNeeded(true);
  }, []);
  return isNeeded && <Notifications />;
}

/** Tells, in the corner of the page, that something was done. */
export function notify(message: string): void {
  show();
  void import('@mantine/notifications').then(({ notifications }) =>
    notifications.show({ message, color: 'teal', closeButtonProps: { 'aria-label': i18n.t('common.close') } }),
  );
}
