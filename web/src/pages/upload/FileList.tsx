import { Badge, Box, Progress, SegmentedControl, Text } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Section } from "@/shared/Section";
import classes from "./FileList.module.css";
import type { UploadItem } from "./queue";
import { bytesText, COLORS } from "./show";

const ROW_PX = 56;

/** One row per file; only those in sight exist, so that thousands stay light. */
export function FileList({ items }: { items: readonly UploadItem[] }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState("all");
  const viewport = useRef<HTMLDivElement>(null);
  const rows = useMemo(
    () =>
      shown === "all"
        ? items
        : items.filter(({ state }) => state === "rejected" || state === "failed"),
    [items, shown],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  return (
    <Section
      title={t("upload.files")}
      action={
        <SegmentedControl
          size="xs"
          aria-label={t("upload.show")}
          value={shown}
          onChange={setShown}
          data={[
            { value: "all", label: t("upload.showAll") },
            { value: "problems", label: t("upload.showProblems") },
          ]}
        />
      }
    >
      {rows.length === 0 && <Text c="dimmed">{t("upload.noProblems")}</Text>}
      <Box
        ref={viewport}
        className={classes.viewport}
        tabIndex={0}
        role="group"
        aria-label={t("upload.files")}
      >
        <div role="list" className={classes.list} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ key, index, start }) => {
            const item = rows[index];
            return (
              item && <Row key={key} item={item} top={start} position={index + 1} of={rows.length} />
            );
          })}
        </div>
      </Box>
    </Section>
  );
}

interface RowProps {
  item: UploadItem;
  top: number;
  position: number;
  of: number;
}

const Row = memo(function Row({ item, top, position, of }: RowProps) {
  const { t } = useTranslation();
  const { name, size, state, sent, code, message } = item;
  const problem = code || state === "failed";
  return (
    <div
      role="listitem"
      aria-setsize={of}
      aria-posinset={position}
      className={classes.row}
      style={{ height: ROW_PX, transform: `translateY(${top}px)` }}
    >
      <div className={classes.name}>
        <Text size="sm" truncate title={name}>
          {name}
        </Text>
        {problem ? (
          <Text size="xs" c="var(--mantine-color-error)" truncate title={message ?? undefined}>
            {[message ?? t("upload.networkFailed"), code].filter(Boolean).join(" · ")}
          </Text>
        ) : (
          <Text size="xs" c="dimmed">
            {bytesText(size)}
          </Text>
        )}
        {state === "sending" && (
          <Progress
            value={size > 0 ? (sent / size) * 100 : 100}
            size={3}
            mt={2}
            aria-label={`${t("upload.progress")}: ${name}`}
          />
        )}
      </div>
      <Badge color={COLORS[state]} tt="none">
        {t(`upload.state.${state}`)}
      </Badge>
    </div>
  );
});
