import { Group, Radio, Stack, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { colorSchemes } from '../layout/preference-menus';
import { chooseLanguage, languages, type Language } from '../texts/i18n';

/** Shows the choices of language and appearance, which are kept in this browser. */
export function BrowserPreferences() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Stack>
      <Radio.Group
        label={t('shell.language')}
        value={i18n.language}
        onChange={(language) => void chooseLanguage(language as Language)}
      >
        <Group gap="md" mt="xs">
          {Object.entries(languages).map(([language, name]) => (
            <Radio key={language} value={language} label={<span lang={language}>{name}</span>} />
          ))}
        </Group>
      </Radio.Group>
      <Radio.Group label={t('shell.appearance')} value={colorScheme} onChange={(scheme) => setColorScheme(scheme)}>
        <Group gap="md" mt="xs">
          {colorSchemes.map((scheme) => (
            <Radio key={scheme} value={scheme} label={t(`shell.${scheme}`)} />
          ))}
        </Group>
      </Radio.Group>
    </Stack>
  );
}
