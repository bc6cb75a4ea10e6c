import { Text } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { PreviewImage } from "@/shared/PreviewImage";
import classes from "./InstanceGrid.module.css";

const TILE_PX = 104;
const LABEL_PX = 24;

/** All images of a series, in the order of the stack; only those in sight are fetched. */
export function InstanceGrid({ instances }: { instances: Schema["InstanceOut"][] }) {
  const { t } = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const { ref, width } = useElementSize();
  const columns = Math.max(1, Math.floor(width / TILE_PX));
  const virtualizer = useVirtualizer({
    count: Math.ceil(instances.length / columns),
    getScrollElement: () => scroll.current,
    estimateSize: () => TILE_PX + LABEL_PX,
    overscan: 1,
  });
  return (
    <div
      ref={useMergedRef(scroll, ref)}
      className={classes.scroll}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
      tabIndex={0}
      role="group"
      aria-label={t("studies.grid")}
    >
      <div style={{ height: virtualizer.getTotalSize(), position: "relative" }}>
        {virtualizer.getVirtualItems().map(({ index: row, start }) => (
          <div
            key={row}
            className={classes.row}
            style={{
              transform: `translateY(${start}px)`,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            }}
          >
            {instances.slice(row * columns, (row + 1) * columns).map((instance, column) => {
              const number = instance.number ?? row * columns + column + 1;
              return (
                <figure key={instance.sop_instance_uid} className={classes.tile}>
                  <PreviewImage
                    path={`/api/ris/instances/${instance.sop_instance_uid}/preview/`}
                    alt={t("studies.image", { number })}
                    size={`${TILE_PX - 8}px`}
                  />
                  <Text component="figcaption" size="xs" c="dimmed" ta="center">
                    {number}
                  </Text>
                </figure>
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}
