import { Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { useUser } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";

type Merge = Schema["MergeOut"];
type Step = "confirm" | "reject" | "undo";

const PATHS = {
  confirm: "/api/emr/merges/{id}/confirm/",
  reject: "/api/emr/merges/{id}/reject/",
  undo: "/api/emr/merges/{id}/undo/",
} as const;

function useStep(id: number, onDone: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (step: Step) => unwrap(api.POST(PATHS[step], { params: { path: { id } } })),
    meta: { quiet: true },
    onSuccess: (_, step) => {
      showSuccess(t(`merging.done.${step}`));
      void client.invalidateQueries();
      onDone();
    },
  });
}

/** What this person may do to a merge now; the proposer does not confirm. */
export function MergeActions({ merge }: { merge: Merge }) {
  const { t } = useTranslation();
  const own = useUser().id === merge.proposed_by.id;
  const [asked, setAsked] = useState<Step | null>(null);
  const [sure, setSure] = useState(false);
  const step = useStep(merge.id, () => {
    setAsked(null);
  });
  const steps = stepsOf(merge, own);
  const label = (each: Step) => t(each === "reject" && own ? "merging.withdraw" : `merging.${each}`);
  return (
    <>
      <Group gap="xs">
        {steps.map((each) => (
          <Button
            key={each}
            size="compact-sm"
            variant={each === "confirm" ? "filled" : "default"}
            onClick={() => {
              step.reset();
              setSure(false);
              setAsked(each);
            }}
          >
            {label(each)}
          </Button>
        ))}
        {own && merge.state === "proposed" && (
          <Text size="xs" c="dimmed">
            {t("merging.ownProposal")}
          </Text>
        )}
      </Group>
      <Modal
        opened={asked !== null}
        onClose={() => {
          setAsked(null);
        }}
        title={asked && label(asked)}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {asked && (
          <Stack>
            <Text size="sm">
              {t("merging.into", {
                duplicate: `${merge.duplicate.full_name} (${merge.duplicate.patient_id})`,
                survivor: `${merge.survivor.full_name} (${merge.survivor.patient_id})`,
              })}
            </Text>
            {asked === "undo" && <Text size="sm">{t("merging.undoHint")}</Text>}
            {asked === "confirm" && (
              <Checkbox
                label={t("merging.confirmSure")}
                checked={sure}
                onChange={(event) => {
                  setSure(event.currentTarget.checked);
                }}
              />
            )}
            {step.isError && <ErrorNotice error={step.error} />}
            <Group justify="flex-end">
              <Button
                disabled={asked === "confirm" && !sure}
                loading={step.isPending}
                onClick={() => {
                  step.mutate(asked);
                }}
              >
                {label(asked)}
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  );
}

function stepsOf({ state, undo_until }: Merge, own: boolean): Step[] {
  if (state === "proposed") return own ? ["reject"] : ["confirm", "reject"];
  return state === "merged" && undo_until ? ["undo"] : [];
}
