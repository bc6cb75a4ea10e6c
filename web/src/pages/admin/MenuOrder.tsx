import { ActionIcon, Fieldset, Group, Stack, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import { moved, type MenuKey, type Role } from "./customRoles";

interface MenuOrderProps {
  entries: Role["menus"];
  order: MenuKey[];
  onChange: (order: MenuKey[]) => void;
}

/** The menu's first level as holders of the role see it, each entry with buttons up and down. */
export function MenuOrder({ entries, order, onChange }: MenuOrderProps) {
  const { t } = useTranslation();
  const shown = entries.toSorted((one, other) => order.indexOf(one.key) - order.indexOf(other.key));
  return (
    <Fieldset legend={t("admin.roles.menu")}>
      <Stack gap={4}>
        {shown.map(({ key, label }, place) => {
          const name = label[currentLanguage()];
          const move = (by: -1 | 1) => {
            const visible = moved(shown, place, by).map((entry) => entry.key);
            onChange([...visible, ...order.filter((each) => !visible.includes(each))]);
          };
          return (
            <Group key={key} gap="xs" wrap="nowrap">
              <ActionIcon
                variant="default"
                aria-label={t("admin.roles.up", { name })}
                disabled={place === 0}
                onClick={() => {
                  move(-1);
                }}
              >
                <IconArrowUp size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="default"
                aria-label={t("admin.roles.down", { name })}
                disabled={place === shown.length - 1}
                onClick={() => {
                  move(1);
                }}
              >
                <IconArrowDown size={16} aria-hidden />
              </ActionIcon>
              <Text size="sm">{name}</Text>
            </Group>
          );
        })}
      </Stack>
    </Fieldset>
  );
}
