import { ActionIcon, Button, Group, Popover, Select, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSearch, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showError } from "@/shared/toasts";
import { useDeleteFilter, useKeepFilter, type SavedFilter } from "./data";
import type { Asked } from "./useQueryParams";

/** DICOM's codes (0008,0060), the ones a hospital sends. */
const MODALITIES = ["MR", "CT", "PT", "NM", "CR", "DX", "US", "XA", "MG"];
const STATES = ["unread", "being_read", "read"] as const;
const PRIORITIES = ["stat", "urgent", "routine"] as const;
const ASSIGNED = ["me", "nobody"] as const;

interface FilterBarProps {
  asked: Asked;
  search: string;
  /** The saved filter that is shown, if it is one. */
  saved: SavedFilter | undefined;
  onAsk: (asked: Asked) => void;
  onSearch: (search: string) => void;
}

export function FilterBar({ asked, search, saved, onAsk, onSearch }: FilterBarProps) {
  const { t } = useTranslation();
  const remove = useDeleteFilter();
  const choice = (key: keyof Asked, label: string, data: { value: string; label: string }[]) => (
    <Select
      aria-label={label}
      placeholder={label}
      data={data}
      value={asked[key] ?? null}
      clearable
      clearButtonProps={{ "aria-label": t("common.clear") }}
      comboboxProps={{ withinPortal: false }}
      onChange={(value) => {
        onAsk({ ...asked, [key]: value ?? "" });
      }}
      w={150}
    />
  );
  const states = [
    { value: "unread,being_read", label: `${t("worklist.state.unread")} + ${t("worklist.state.being_read")}` },
    ...STATES.map((value) => ({ value, label: t(`worklist.state.${value}`) })),
  ];
  return (
    <Group role="search" aria-label={t("studies.filters")} mb="sm" gap="sm">
      <TextInput
        type="search"
        aria-label={t("studies.search")}
        placeholder={t("studies.search")}
        leftSection={<IconSearch size={16} aria-hidden />}
        autoComplete="off"
        maxLength={100}
        value={search}
        onChange={(event) => {
          onSearch(event.currentTarget.value);
        }}
        w={240}
      />
      {choice("state", t("worklist.anyState"), states)}
      {choice(
        "priority",
        t("worklist.anyPriority"),
        PRIORITIES.map((value) => ({ value, label: t(`status.priority.${value}`) })),
      )}
      {choice(
        "modality",
        t("studies.modality"),
        MODALITIES.map((value) => ({ value, label: value })),
      )}
      {choice(
        "assigned",
        t("worklist.assigned"),
        ASSIGNED.map((value) => ({ value, label: t(`worklist.assignedTo.${value}`) })),
      )}
      {saved?.id ? (
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={t("worklist.deleteFilter", { name: saved.name })}
          loading={remove.isPending}
          onClick={() => {
            if (saved.id) remove.mutate(saved.id, { onError: showError });
          }}
        >
          <IconTrash size={18} aria-hidden />
        </ActionIcon>
      ) : (
        !saved && <KeepFilter asked={asked} />
      )}
    </Group>
  );
}

function KeepFilter({ asked }: { asked: Asked }) {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const [name, setName] = useState("");
  const keep = useKeepFilter();
  const query = Object.fromEntries(Object.entries(asked).filter(([, value]) => value));
  return (
    <Popover opened={opened} onChange={close} trapFocus withinPortal={false}>
      <Popover.Target>
        <Button variant="default" onClick={toggle}>
          {t("worklist.keep")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            keep.mutate({ name: name.trim(), query }, { onSuccess: close, onError: showError });
          }}
        >
          <Group align="flex-end" gap="xs">
            <TextInput
              label={t("worklist.keepName")}
              maxLength={60}
              autoComplete="off"
              value={name}
              onChange={(event) => {
                setName(event.currentTarget.value);
              }}
            />
            <Button type="submit" disabled={!name.trim()} loading={keep.isPending}>
              {t("common.save")}
            </Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
