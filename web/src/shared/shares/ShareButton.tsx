import { Button, Group, Modal, Select, Stack, Text, TextInput, Textarea } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconShare } from "@tabler/icons-react";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { useRoleName } from "@/shared/roles";
import { showSuccess } from "@/shared/toasts";
import { defaultEnd, isPossibleEnd } from "./ends";

/** Of what is shared: a patient's whole record, or one study. */
type Subject = { patient: number } | { study_instance_uid: string };

interface ShareButtonProps {
  subject: Subject;
  /** Says in the dialog what is shared. */
  name: string;
}

/** For those who may share: lets another user see a patient or a study until a day and time. */
export function ShareButton({ subject, name }: ShareButtonProps) {
  const { t } = useTranslation();
  const can = useCan();
  const [opened, { open, close }] = useDisclosure();
  if (!can("share_patient")) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconShare size={18} aria-hidden />} onClick={open}>
        {t("shares.create")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("patient" in subject ? "shares.createPatient" : "shares.createStudy")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <ShareForm subject={subject} name={name} onDone={close} />
      </Modal>
    </>
  );
}

function ShareForm({ subject, name, onDone }: ShareButtonProps & { onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [grantee, setGrantee] = useState<string | null>(null);
  const [end, setEnd] = useState(() => defaultEnd(new Date()));
  const [reason, setReason] = useState("");
  const sharing = useMutation({
    mutationFn: (to: string) =>
      unwrap(
        api.POST("/api/shares/", {
          body: {
            ...subject,
            grantee: Number(to),
            expires_at: new Date(end).toISOString(),
            reason: reason.trim(),
          },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async () => {
      showSuccess(t("shares.created"));
      await client.invalidateQueries({ queryKey: keys.shares.all });
      await client.invalidateQueries({ queryKey: keys.patients.all });
      onDone();
    },
  });
  const possible = isPossibleEnd(end, new Date());
  return (
    <Stack>
      <Text size="sm">{name}</Text>
      <RecipientPicker value={grantee} onChange={setGrantee} />
      <TextInput
        type="datetime-local"
        label={t("shares.endsAt")}
        description={t("shares.endsAtHint")}
        required
        value={end}
        error={possible ? null : t("shares.endsAtWrong")}
        onChange={(event) => {
          setEnd(event.currentTarget.value);
        }}
      />
      <Textarea
        label={t("shares.reason")}
        autosize
        minRows={2}
        maxLength={500}
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
        }}
      />
      {sharing.isError && <ErrorNotice error={sharing.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          {t("common.cancel")}
        </Button>
        <Button
          disabled={grantee === null || !possible}
          loading={sharing.isPending}
          onClick={() => {
            if (grantee !== null) sharing.mutate(grantee);
          }}
        >
          {t("shares.create")}
        </Button>
      </Group>
    </Stack>
  );
}

interface RecipientPickerProps {
  value: string | null;
  onChange: (id: string | null) => void;
}

function RecipientPicker({ value, onChange }: RecipientPickerProps) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(value ? "" : typed.trim(), 250);
  const found = useQuery({
    queryKey: keys.shares.recipients(q),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/shares/recipients/", { params: { query: { q, page_size: 50 } }, signal }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      label={t("shares.grantee")}
      placeholder={t("shares.granteeHint")}
      searchable
      required
      data={(found.data?.results ?? []).map(({ id, full_name, username, role }) => ({
        value: String(id),
        label: `${full_name || username} (${roleName(role)})`,
      }))}
      value={value}
      onChange={onChange}
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={t("list.nobody")}
    />
  );
}
