import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import { AppShell, Burger, Group, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Notifications } from "@mantine/notifications";
import { Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, Outlet, ScrollRestoration, useLocation } from "react-router";
import { AlertBell } from "@/pages/alerts/AlertBell";
import { CriticalBanner } from "@/pages/lab/CriticalBanner";
import { PageLoader } from "@/shared/PageLoader";
import { AccountMenu } from "./AccountMenu";
import { AppearanceMenu } from "./AppearanceMenu";
import { LanguageMenu } from "./LanguageMenu";
import { MainMenu } from "./MainMenu";
import classes from "./Shell.module.css";

/** Header, menu and the page. After a change of page, keyboard and screen reader go on in it. */
export function Shell() {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(pathname);

  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <>
      <a className="skip-link" href="#content">
        {t("shell.skip")}
      </a>
      <AppShell
        header={{ height: 52 }}
        navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !opened } }}
        padding={{ base: "sm", sm: "lg" }}
        classNames={{ header: classes.bar, navbar: classes.bar }}
      >
        <AppShell.Header>
          <Group h="100%" px="md" justify="space-between" wrap="nowrap">
            <Group gap="sm" wrap="nowrap">
              <Burger
                opened={opened}
                onClick={toggle}
                hiddenFrom="sm"
                size="sm"
                aria-label={opened ? t("shell.closeMenu") : t("shell.openMenu")}
                aria-expanded={opened}
              />
              <UnstyledButton component={Link} to="/" className={classes.brand}>
                <img src="/icon.svg" alt="" width={24} height={24} />
                <VisuallyHidden>{t("common.product")}</VisuallyHidden>
                <Text fw={600} visibleFrom="xs" aria-hidden>
                  {t("common.product")}
                </Text>
              </UnstyledButton>
            </Group>
            <Group gap={4} wrap="nowrap">
              <AlertBell />
              <LanguageMenu />
              <AppearanceMenu />
              <AccountMenu />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Navbar aria-label={t("shell.menu")} p="xs">
          <MainMenu onNavigate={close} />
        </AppShell.Navbar>
        <AppShell.Main id="content" ref={main} tabIndex={-1} className={classes.main}>
          <CriticalBanner />
          <Suspense fallback={<PageLoader />}>
            <Outlet />
          </Suspense>
        </AppShell.Main>
      </AppShell>
      <section aria-label={t("shell.notices")}>
        <Notifications position="bottom-right" withinPortal={false} />
      </section>
      <ScrollRestoration />
    </>
  );
}
