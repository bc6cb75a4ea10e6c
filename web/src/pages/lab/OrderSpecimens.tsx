import { Button, Group, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap } from "@/api/client";
import { useCan } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { Section } from "@/shared/Section";
import { useRefresh, type Order, type Specimen } from "./data";
import { useFocusWhen } from "./focus";
import { SpecimenChain, SpecimenState } from "./SpecimenChain";
import { REJECT_REASONS, SPECIMEN_KINDS, type Step } from "./steps";

interface OrderSpecimensProps {
  order: Order;
  specimens: Specimen[];
  /** The number that was scanned to come here: its button is ready for Enter. */
  scanned: string | null;
  step: Step;
}

export function OrderSpecimens({ order, specimens, scanned, step }: OrderSpecimensProps) {
  const { t } = useTranslation();
  const can = useCan();
  const open = order.status === "ORDERED" || order.status === "ACCEPTED" || order.status === "IN_PROGRESS";
  const collects = open && (can("work_lis_order") || can("record_vitals"));
  const waiting = specimens.filter(({ state }) => state === "COLLECTED");
  const next = waiting.find(({ number }) => number === scanned) ?? waiting[0];
  return (
    <Section
      title={t("lab.specimen.title")}
      action={
        specimens.length > 0 && (
          <Button
            component={Link}
            to={`/lab/orders/${order.id}/labels`}
            variant="default"
            size="xs"
            leftSection={<IconPrinter size={16} aria-hidden />}
          >
            {t("lab.specimen.labels")}
          </Button>
        )
      }
    >
      <Stack gap="sm">
        {specimens.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t("lab.specimen.none")}
          </Text>
        ) : (
          <Table aria-label={t("lab.specimen.title")}>
            <Table.Tbody>
              {specimens.map((specimen) => (
                <Table.Tr key={specimen.id}>
                  <Table.Td className="mono">{specimen.number}</Table.Td>
                  <Table.Td>{t(`lab.specimen.kind.${specimen.kind}`)}</Table.Td>
                  <Table.Td>
                    <SpecimenState specimen={specimen} />
                  </Table.Td>
                  <Table.Td>
                    <SpecimenChain specimen={specimen} />
                  </Table.Td>
                  <Table.Td>
                    {can("work_lis_order") && (
                      <Steps specimen={specimen} ready={step === "RECEIVE" && specimen === next} />
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        {collects && <Collect order={order} />}
      </Stack>
    </Section>
  );
}

function Collect({ order }: { order: Order }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [kind, setKind] = useState<Specimen["kind"]>("blood");
  const collect = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/lis/orders/{id}/specimens/", {
          params: { path: { id: order.id } },
          body: { kind },
        }),
      ),
    meta: { quiet: true },
    onSuccess: refresh,
  });
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end">
        <Select
          label={t("lab.specimen.kindLabel")}
          allowDeselect={false}
          w={160}
          data={SPECIMEN_KINDS.map((value) => ({ value, label: t(`lab.specimen.kind.${value}`) }))}
          value={kind}
          onChange={(value) => {
            if (value) setKind(value);
          }}
        />
        <Button
          variant="light"
          loading={collect.isPending}
          onClick={() => {
            collect.mutate();
          }}
        >
          {t("lab.specimen.collect")}
        </Button>
      </Group>
      {collect.isError && <ErrorNotice error={collect.error} />}
    </Stack>
  );
}

/** Receive it, or reject it with a reason. */
function Steps({ specimen, ready }: { specimen: Specimen; ready: boolean }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [rejecting, setRejecting] = useState(false);
  const button = useFocusWhen<HTMLButtonElement>(ready);
  const path = { params: { path: { specimen_id: specimen.id } } };
  const receive = useMutation({
    mutationFn: () => unwrap(api.POST("/api/lis/specimens/{specimen_id}/receive/", path)),
    meta: { quiet: true },
    onSuccess: refresh,
  });
  if (specimen.state === "REJECTED") return null;
  return (
    <Stack gap="xs">
      <Group gap="xs" justify="flex-end">
        {specimen.state === "COLLECTED" && (
          <Button
            size="xs"
            ref={button}
            loading={receive.isPending}
            onClick={() => {
              receive.mutate();
            }}
          >
            {t("lab.specimen.receive")}
          </Button>
        )}
        <Button
          size="xs"
          variant="subtle"
          color="red"
          aria-expanded={rejecting}
          onClick={() => {
            setRejecting(!rejecting);
          }}
        >
          {t("lab.specimen.reject")}
        </Button>
      </Group>
      {rejecting && <Reject specimen={specimen} />}
      {receive.isError && <ErrorNotice error={receive.error} />}
    </Stack>
  );
}

function Reject({ specimen }: { specimen: Specimen }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [reason, setReason] = useState<(typeof REJECT_REASONS)[number] | null>(null);
  const [note, setNote] = useState("");
  const reject = useMutation({
    mutationFn: (chosen: (typeof REJECT_REASONS)[number]) =>
      unwrap(
        api.POST("/api/lis/specimens/{specimen_id}/reject/", {
          params: { path: { specimen_id: specimen.id } },
          body: { reason: chosen, note: note.trim() },
        }),
      ),
    meta: { quiet: true },
    onSuccess: refresh,
  });
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end" justify="flex-end">
        <Select
          label={t("lab.specimen.reason")}
          data={REJECT_REASONS.map((value) => ({ value, label: t(`lab.specimen.rejected.${value}`) }))}
          value={reason}
          onChange={setReason}
        />
        <TextInput
          label={t("lab.specimen.note")}
          maxLength={300}
          value={note}
          onChange={(event) => {
            setNote(event.currentTarget.value);
          }}
        />
        <Button
          color="red"
          disabled={!reason}
          loading={reject.isPending}
          onClick={() => {
            if (reason) reject.mutate(reason);
          }}
        >
          {t("lab.specimen.reject")}
        </Button>
      </Group>
      {reject.isError && <ErrorNotice error={reject.error} />}
    </Stack>
  );
}
