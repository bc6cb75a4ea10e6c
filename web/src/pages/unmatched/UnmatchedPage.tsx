import { Button, Modal, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { personName } from "@/shared/format";
import { PageHeader } from "@/shared/PageHeader";
import { calendarDate, dateTime } from "@/shared/when";
import { birthOf, useSexName, type Unmatched } from "./dicomPatient";
import { MatchStudy } from "./MatchStudy";
import { ResolveUnfiled } from "./ResolveUnfiled";

export default function UnmatchedPage() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const [study, setStudy] = useState<Unmatched | null>(null);
  const close = () => {
    setStudy(null);
  };
  const [params, setParams] = useSearchParams();
  const only = params.get("study");
  const studies = useQuery({
    queryKey: keys.unmatched.list(page, only),
    queryFn: ({ signal }) => {
      const query = { page, page_size: PAGE_SIZE, ...(only && { study_instance_uid: only }) };
      return unwrap(api.GET("/api/ris/unmatched/", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
  const sexName = useSexName();
  const columns: Column<Unmatched>[] = [
    {
      key: "study",
      header: t("unmatched.study"),
      lead: true,
      render: ({ description, study_date, accession_number }) => (
        <div>
          <Text size="sm">{description || t("unmatched.untitled")}</Text>
          <Text size="xs" c="dimmed">
            {[study_date && calendarDate(study_date), accession_number].filter(Boolean).join(" · ")}
          </Text>
        </div>
      ),
    },
    {
      key: "patient",
      header: t("unmatched.inFiles"),
      render: ({ dicom_patient_name, dicom_patient_id }) => (
        <div>
          <Text size="sm">{personName(dicom_patient_name) || "–"}</Text>
          <Text size="xs" c="dimmed">
            {dicom_patient_id}
          </Text>
        </div>
      ),
    },
    {
      key: "birth",
      header: t("unmatched.birth"),
      render: (each) => [birthOf(each), sexName(each.dicom_sex)].filter(Boolean).join(" · ") || "–",
    },
    { key: "reason", header: t("unmatched.reason"), render: ({ reason }) => t(`unmatched.reasons.${reason}`) },
    { key: "instances", header: t("unmatched.instances"), render: ({ instances }) => instances },
    {
      key: "at",
      header: t("unmatched.arrived"),
      render: ({ last_instance_at }) => dateTime(last_instance_at),
    },
    {
      key: "match",
      header: t("unmatched.action"),
      render: (each) =>
        each.decision ? (
          t("unmatched.carriedOut")
        ) : (
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => {
              setStudy(each);
            }}
          >
            {each.unfiled ? t("unmatched.resolve") : t("unmatched.match")}
          </Button>
        ),
    },
  ];
  return (
    <>
      <PageHeader title={t("unmatched.title")} subtitle={t("unmatched.subtitle")} />
      <Stack>
        {only && (
          <Button
            variant="default"
            size="xs"
            style={{ alignSelf: "flex-start" }}
            onClick={() => {
              setParams({});
            }}
          >
            {t("unmatched.showAll")}
          </Button>
        )}
        <DataTable
          label={t("unmatched.title")}
          query={studies}
          columns={columns}
          rowKey={(each) => `${each.study_instance_uid} ${each.unfiled ?? ""}`}
          empty={t("unmatched.empty")}
          page={page}
          onPage={setPage}
        />
      </Stack>
      <Modal
        opened={study !== null}
        onClose={close}
        size="lg"
        title={t(study?.unfiled ? "unmatched.resolveTitle" : "unmatched.matchTitle")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {study?.unfiled && <ResolveUnfiled images={study} onClose={close} />}
        {study && !study.unfiled && <MatchStudy study={study} onClose={close} />}
      </Modal>
    </>
  );
}
