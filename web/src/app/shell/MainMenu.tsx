import { NavLink, ScrollArea, Skeleton, Stack, Text } from "@mantine/core";
import {
  IconBed,
  IconBrain,
  IconBulb,
  IconBuildingHospital,
  IconCalendar,
  IconChartLine,
  IconClipboardList,
  IconClock,
  IconCopy,
  IconFileText,
  IconFlask,
  IconHeart,
  IconHelp,
  IconHome,
  IconInbox,
  IconList,
  IconListCheck,
  IconLockOpen,
  IconNetwork,
  IconPoint,
  IconScan,
  IconSettings,
  IconShare,
  IconShield,
  IconUpload,
  IconUrgent,
  IconUser,
  IconUserCircle,
  IconUserHeart,
  IconUsers,
  type Icon,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { useOwnTitle } from "@/shared/useAreaTitle";

type Menu = Omit<Schema["MenuOut"], "children"> & { children: Menu[] };

const ICONS: Record<string, Icon> = {
  home: IconHome,
  heart: IconHeart,
  bed: IconBed,
  team: IconUserHeart,
  users: IconUsers,
  clipboard: IconClipboardList,
  copy: IconCopy,
  hospital: IconBuildingHospital,
  scan: IconScan,
  file: IconFileText,
  flask: IconFlask,
  list: IconList,
  reading: IconListCheck,
  upload: IconUpload,
  help: IconHelp,
  brain: IconBrain,
  chart: IconChartLine,
  calendar: IconCalendar,
  share: IconShare,
  settings: IconSettings,
  user: IconUser,
  shield: IconShield,
  lock: IconLockOpen,
  network: IconNetwork,
  inbox: IconInbox,
  bulb: IconBulb,
  person: IconUserCircle,
  urgent: IconUrgent,
  clock: IconClock,
};

function isActive(route: string, pathname: string): boolean {
  return route === "/" ? pathname === "/" : pathname === route || pathname.startsWith(`${route}/`);
}

function Entry({ menu, onNavigate }: { menu: Menu; onNavigate: () => void }) {
  const { pathname } = useLocation();
  const ownTitle = useOwnTitle();
  const EntryIcon = ICONS[menu.icon] ?? IconPoint;
  const active = isActive(menu.route, pathname);
  return (
    <NavLink
      component={Link}
      to={menu.route}
      label={ownTitle(menu.key) ?? menu.label[currentLanguage()]}
      leftSection={<EntryIcon size={18} stroke={1.6} aria-hidden />}
      active={active}
      aria-current={active ? "page" : undefined}
      onClick={onNavigate}
      variant="light"
      style={{ borderRadius: "var(--mantine-radius-sm)" }}
    />
  );
}

/** The menu the server gives this person; groups are shown open, there are few entries. */
export function MainMenu({ onNavigate }: { onNavigate: () => void }) {
  const menus = useQuery({
    queryKey: keys.menus,
    queryFn: async ({ signal }) => (await unwrap(api.GET("/api/menus/my-menus/", { signal }))) as Menu[],
    staleTime: Infinity,
  });
  if (menus.isPending) return <Skeleton h={240} />;
  if (menus.isError) return <ErrorNotice error={menus.error} onRetry={() => void menus.refetch()} />;
  return (
    <ScrollArea flex={1} type="auto">
      <Stack gap={2}>
        {menus.data.map((menu) =>
          menu.children.length === 0 ? (
            <Entry key={menu.key} menu={menu} onNavigate={onNavigate} />
          ) : (
            <Stack key={menu.key} gap={2} role="group" aria-label={menu.label[currentLanguage()]}>
              <Text size="xs" c="dimmed" fw={600} px="sm" pt="sm">
                {menu.label[currentLanguage()]}
              </Text>
              {menu.children.map((child) => (
                <Entry key={child.key} menu={child} onNavigate={onNavigate} />
              ))}
            </Stack>
          ),
        )}
      </Stack>
    </ScrollArea>
  );
}
