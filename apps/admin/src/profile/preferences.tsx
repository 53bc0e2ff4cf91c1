import { Group, Radio, Stack, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { schemes } from '../shell/preferences';
import { choose, languages, type Language } from '../texts/i18n';

/** How this browser shows the pages. */
export function Preferences() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Stack>
      <Radio.Group
        label={t('shell.language')}
        value={i18n.language}
        onChange={(language) => void choose(language as Language)}
      >
        <Group gap="md" mt="xs">
          {Object.entries(languages).map(([language, name]) => (
            <Radio key={language} value={language} label={<span lang={language}>{name}</span>} />
          ))}
        </Group>
      </Radio.Group>
      <Radio.Group label={t('shell.appearance')} value={colorScheme} onChange={(scheme) => setColorScheme(scheme)}>
        <Group gap="md" mt="xs">
          {schemes.map((scheme) => (
            <Radio key={scheme} value={scheme} label={t(`shell.${scheme}`)} />
          ))}
        </Group>
      </Radio.Group>
    </Stack>
  );
}
