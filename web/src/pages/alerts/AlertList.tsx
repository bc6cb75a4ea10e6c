import { ActionIcon, Anchor, Button, EmptyState, Group, Stack, Text, Tooltip } from "@mantine/core";
import {
  IconAlertTriangle,
  IconBellOff,
  IconBrain,
  IconCalendarEvent,
  IconCheck,
  IconCircleCheck,
  IconClipboardList,
  IconClipboardX,
  IconHelp,
  IconLockOpen,
  IconReportMedical,
  IconShare,
  IconShieldX,
  IconUrgent,
  type Icon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";
import classes from "./Alerts.module.css";
import { useAlerts, useMarkRead } from "./data";
import type { Notification } from "./socket";
import { alertAbout, alertText } from "./text";

const ICONS: Record<Notification["kind"], readonly [Icon, string]> = {
  ai_completed: [IconBrain, "nova"],
  ai_failed: [IconAlertTriangle, "orange"],
  published: [IconCircleCheck, "teal"],
  publication_failed: [IconAlertTriangle, "red"],
  study_unmatched: [IconHelp, "yellow"],
  images_unfiled: [IconHelp, "yellow"],
  series_move_failed: [IconAlertTriangle, "red"],
  glass_broken: [IconLockOpen, "red"],
  order_waiting: [IconClipboardList, "nova"],
  order_urgent: [IconUrgent, "orange"],
  order_stat: [IconUrgent, "red"],
  order_result: [IconReportMedical, "teal"],
  order_cancelled: [IconClipboardX, "gray"],
  order_changed: [IconClipboardList, "nova"],
  order_assigned: [IconClipboardList, "nova"],
  order_overdue: [IconUrgent, "orange"],
  order_amended: [IconReportMedical, "orange"],
  critical_result: [IconUrgent, "red"],
  critical_unconfirmed: [IconUrgent, "red"],
  critical_report: [IconUrgent, "red"],
  critical_report_unconfirmed: [IconUrgent, "red"],
  lab_message_held: [IconAlertTriangle, "orange"],
  share_received: [IconShare, "nova"],
  visit_soon: [IconCalendarEvent, "nova"],
  visit_missed: [IconCalendarEvent, "orange"],
  treatment_ended: [IconReportMedical, "teal"],
  account_attacked: [IconShieldX, "red"],
  address_attacking: [IconShieldX, "red"],
  accounts_sprayed: [IconShieldX, "red"],
  audit_broken: [IconShieldX, "red"],
  task_given_up: [IconAlertTriangle, "red"],
  merge_proposed: [IconHelp, "yellow"],
  merge_done: [IconCircleCheck, "teal"],
  merge_rejected: [IconHelp, "gray"],
  merge_undone: [IconAlertTriangle, "orange"],
};

interface AlertListProps {
  unreadOnly: boolean;
  onFollow?: () => void;
}

export function AlertList({ unreadOnly, onFollow }: AlertListProps) {
  const { t } = useTranslation();
  const alerts = useAlerts(unreadOnly);
  return (
    <QueryView query={alerts} rows={5}>
      {({ pages }) => {
        const all = pages.flatMap(({ results }) => results);
        if (all.length === 0) {
          return (
            <EmptyState
              icon={<IconBellOff aria-hidden />}
              description={unreadOnly ? t("alerts.noneUnread") : t("alerts.none")}
            />
          );
        }
        return (
          <>
            <Stack gap={0} role="list" aria-label={t("alerts.title")}>
              {all.map((alert) => (
                <AlertRow key={alert.id} alert={alert} {...(onFollow && { onFollow })} />
              ))}
            </Stack>
            {alerts.hasNextPage && (
              <Button
                variant="subtle"
                fullWidth
                mt="sm"
                loading={alerts.isFetchingNextPage}
                onClick={() => void alerts.fetchNextPage()}
              >
                {t("common.loadMore")}
              </Button>
            )}
          </>
        );
      }}
    </QueryView>
  );
}

function AlertRow({ alert, onFollow }: { alert: Notification; onFollow?: () => void }) {
  const { t } = useTranslation();
  const read = useMarkRead();
  const { id, kind, link, created_at, read_at } = alert;
  const text = alertText(t, alert);
  const about = alertAbout(t, alert);
  const [KindIcon, color] = ICONS[kind];
  const follow = () => {
    if (!read_at) read.mutate([id]);
    onFollow?.();
  };
  return (
    <Group
      role="listitem"
      wrap="nowrap"
      align="flex-start"
      gap="sm"
      p="sm"
      className={classes.row}
      data-unread={read_at ? undefined : true}
    >
      <KindIcon size={20} stroke={1.6} color={`var(--mantine-color-${color}-5)`} aria-hidden />
      <div className={classes.text}>
        {link ? (
          <Anchor component={Link} to={link} onClick={follow} size="sm">
            {text}
          </Anchor>
        ) : (
          <Text size="sm">{text}</Text>
        )}
        {about && <Text size="sm">{about}</Text>}
        <Text size="xs" c="dimmed">
          {read_at ? dateTime(created_at) : `${t("alerts.unread")} · ${dateTime(created_at)}`}
        </Text>
      </div>
      {!read_at && (
        <Tooltip label={t("alerts.markRead")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`${t("alerts.markRead")}: ${text} ${about}`.trim()}
            loading={read.isPending}
            onClick={() => {
              read.mutate([id]);
            }}
          >
            <IconCheck size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}
