import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { useRoleName } from "@/shared/roles";
import { showSuccess } from "@/shared/toasts";

type CareRole = Schema["CareRole"];
const CARE_ROLES = [
  "attending",
  "resident",
  "nurse",
  "consultant",
  "therapist",
  "other",
] as const satisfies CareRole[];

/** A button that opens the form: who, in which role, why. */
export function AddMember({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
  };
  return (
    <>
      <Button
        size="compact-sm"
        onClick={() => {
          setOpen(true);
        }}
      >
        {t("careTeam.add")}
      </Button>
      {open && (
        <Modal
          opened
          onClose={close}
          title={t("careTeam.add")}
          closeButtonProps={{ "aria-label": t("common.close") }}
        >
          <Form patient={patient} onDone={close} />
        </Modal>
      )}
    </>
  );
}

function Form({ patient, onDone }: { patient: number; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [user, setUser] = useState<string | null>(null);
  const [role, setRole] = useState<CareRole | null>(null);
  const [reason, setReason] = useState("");
  const adding = useMutation({
    mutationFn: (body: Schema["CareMemberInRequest"]) =>
      unwrap(api.POST("/api/emr/care-teams/", { body })),
    meta: { quiet: true },
    onSuccess: async () => {
      showSuccess(t("careTeam.added"));
      onDone();
      const stale = [keys.careTeams.all, keys.chart.summary(patient)];
      await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
  const complete = user !== null && role !== null && reason.trim() !== "";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) adding.mutate({ patient, user: Number(user), role, reason: reason.trim() });
      }}
    >
      <Stack>
        <PersonPicker value={user} onChange={setUser} />
        <Select
          required
          label={t("careTeam.role")}
          data={CARE_ROLES.map((each) => ({ value: each, label: t(`careTeam.roles.${each}`) }))}
          value={role}
          onChange={setRole}
        />
        <TextInput
          required
          label={t("careTeam.reason")}
          maxLength={300}
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        {adding.isError && <ErrorNotice error={adding.error} />}
        <Group justify="flex-end">
          <Button type="submit" disabled={!complete} loading={adding.isPending}>
            {t("careTeam.add")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function PersonPicker({ value, onChange }: { value: string | null; onChange: (id: string | null) => void }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.replace(/ \(.*\)$/, "").trim(), 250);
  const found = useQuery({
    queryKey: keys.careTeams.candidates(q),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/care-teams/candidates/", { params: { query: { q, page_size: 20 } }, signal }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      searchable
      required
      label={t("careTeam.person")}
      placeholder={t("shares.granteeHint")}
      data={(found.data?.results ?? []).map((person) => ({
        value: String(person.id),
        label: `${person.full_name || person.username} (${roleName(person.role)})`,
      }))}
      value={value}
      onChange={onChange}
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage={t("list.nobody")}
    />
  );
}
