import { Button, Group, Modal, Select, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { useUser } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import type { Row } from "./data";

const NOBODY = "";

/** Who is to read a study; of one that I am reading, who reads on. */
export function Assign({ row, onClose }: { row: Row; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useUser().id;
  const mine = row.locked_by?.id === me;
  const [chosen, setChosen] = useState<string | null>(mine ? null : String(row.assigned_to?.id ?? NOBODY));
  const readers = useQuery({
    queryKey: keys.worklist.readers,
    queryFn: ({ signal }) => unwrap(api.GET("/api/ris/readers/", { signal })),
  });
  const change = useMutation({
    mutationFn: async (reader: number | null) => {
      const params = { path: { study_instance_uid: row.study_instance_uid } };
      await (mine
        ? unwrap(api.POST("/api/ris/studies/{study_instance_uid}/unlock/", { params, body: { hand_over_to: reader } }))
        : unwrap(api.POST("/api/ris/studies/{study_instance_uid}/assign/", { params, body: { assignee: reader } })));
    },
    meta: { quiet: true },
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: keys.worklist.all }),
  });
  const people = (readers.data ?? [])
    .filter(({ id }) => !mine || id !== me)
    .map(({ id, full_name, username }) => ({ value: String(id), label: full_name || username }));
  const study = `${row.patient.full_name}, ${row.description || t("studies.noDescription")}`;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(mine ? "worklist.handOver" : "worklist.assign", { study })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Stack>
        <Select
          label={t("worklist.reader")}
          data={mine ? people : [{ value: NOBODY, label: t("worklist.nobody") }, ...people]}
          value={chosen}
          searchable
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
          onChange={setChosen}
        />
        {readers.isError && <ErrorNotice error={readers.error} />}
        {change.isError && <ErrorNotice error={change.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            disabled={chosen === null}
            loading={change.isPending}
            onClick={() => {
              change.mutate(chosen === NOBODY ? null : Number(chosen));
            }}
          >
            {t("common.save")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
