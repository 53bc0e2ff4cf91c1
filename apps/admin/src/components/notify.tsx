import { useEffect, useState } from 'react';
import { i18n } from '../texts/i18n';
import { lazyComponent } from './lazy-component';

const Notifications = lazyComponent(async () => (await import('@mantine/notifications')).Notifications);

let show: () => void = () => undefined;

/** Shows the messages of `notify`. */
export function NotificationArea() {
  const [isNeeded, setNeeded] = useState(false);
  useEffect(() => {
    show = () => setNeeded(true);
  }, []);
  return isNeeded && <Notifications />;
}

/** Shows a message in the corner of the page for some seconds. */
export function notify(message: string): void {
  show();
  void import('@mantine/notifications').then(
    ({ notifications }) =>
      notifications.show({ message, color: 'teal', closeButtonProps: { 'aria-label': i18n.t('common.close') } }),
    // The area says that it could not be loaded.
    () => undefined,
  );
}
