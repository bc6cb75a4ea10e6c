import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { FileImport } from "./FileImport";
import { MessageList } from "./MessageList";
import { LabFrame } from "./LabFrame";

/** Results from files and instruments: what was taken, what was not, and what waits for a person. */
export default function ImportPage() {
  const { t } = useTranslation();
  return (
    <LabFrame title={t("lab.pages.imports")}>
      <Stack>
        <FileImport />
        <MessageList />
      </Stack>
    </LabFrame>
  );
}
