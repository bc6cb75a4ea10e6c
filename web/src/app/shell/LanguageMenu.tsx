import { ActionIcon, Menu } from "@mantine/core";
import { IconCheck, IconLanguage } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { currentLanguage, LANGUAGES, setLanguage, type Language } from "@/i18n";
import { session } from "@/session";

/** The language of the page; for a person logged in also that of the alerts the server writes. */
export function LanguageMenu() {
  const { t } = useTranslation();
  const choose = async (language: Language) => {
    await setLanguage(language, true);
    if (session.getState().status !== "authenticated") return;
    session.updateUser(await unwrap(api.PATCH("/api/acct/me/", { body: { language } })));
  };
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("shell.language")}>
          <IconLanguage size={20} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {LANGUAGES.map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            onClick={() => void choose(language).catch(() => undefined)}
            rightSection={language === currentLanguage() ? <IconCheck size={16} /> : null}
          >
            {t(`shell.languages.${language}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
