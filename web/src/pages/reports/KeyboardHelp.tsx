import { ActionIcon, Kbd, Modal, Table, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconKeyboard } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Where they go or what they press; useReadingKeys hears them. */
const KEYS = [
  ["Alt+1", "history"],
  ["Alt+2", "images"],
  ["Alt+3", "report"],
  ["Alt+4", "values"],
  ["Alt+B", "begin"],
  ["Alt+F", "findings"],
  ["Alt+I", "impression"],
  ["Alt+C", "critical"],
  ["Alt+P", "preliminary"],
  ["Alt+S", "sign"],
  ["Alt+N", "next"],
  ["Alt+W", "window"],
  ["Alt+K", "help"],
] as const;

/** The keys of the page, for who reads without a mouse. */
export function KeyboardHelp() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Tooltip label={t("reports.keys.title")}>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={t("reports.keys.title")}
          aria-keyshortcuts="Alt+K"
          onClick={open}
        >
          <IconKeyboard size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Modal opened={opened} onClose={close} title={t("reports.keys.title")}>
        <Table>
          <Table.Tbody>
            {KEYS.map(([key, does]) => (
              <Table.Tr key={key}>
                <Table.Td>
                  <Kbd>{key}</Kbd>
                </Table.Td>
                <Table.Td>{t(`reports.keys.${does}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </>
  );
}
