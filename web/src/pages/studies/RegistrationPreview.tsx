import { Badge, Modal, Stack, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { PreviewImage } from "@/shared/PreviewImage";

const RATIO = 2.6;

/** Both series in turn, by which a person judges a registration before it is accepted. */
export function RegistrationPreview({ id }: { id: number }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const path = `/api/ris/registrations/${id}/preview/`;
  const picture = (
    <PreviewImage path={path} alt={t("registrations.previewAlt")} size="100%" ratio={RATIO} />
  );
  return (
    <Stack gap={4}>
      <Badge color="orange">{t("registrations.preview")}</Badge>
      <UnstyledButton onClick={open}>{picture}</UnstyledButton>
      <Text size="xs" c="dimmed">
        {t("registrations.previewHint")}
      </Text>
      <Modal
        opened={opened}
        onClose={close}
        size="90rem"
        title={t("registrations.preview")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {picture}
      </Modal>
    </Stack>
  );
}
