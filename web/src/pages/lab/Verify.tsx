import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { useUser } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { Section } from "@/shared/Section";
import { showSuccess } from "@/shared/toasts";
import { dateTime } from "@/shared/when";
import { Beside } from "./Beside";
import { useRefresh, type Order, type Version } from "./data";
import { useFocusWhen } from "./focus";
import { mayConfirm, mayVerify } from "./steps";

interface VerifyProps {
  order: Order;
  version: Version | undefined;
}

/** What was entered beside what came before, and the two answers to it. */
export function Verify({ order, version }: VerifyProps) {
  const { t } = useTranslation();
  const user = useUser();
  if (!version) {
    return <Alert color="gray">{t("lab.verify.waits")}</Alert>;
  }
  return (
    <Section title={t("lab.verify.title")}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {[
            t("lab.verify.entered", { name: version.entered_by_name, at: dateTime(version.entered_at) }),
            t(`lab.source.${version.source}`),
            version.reason,
          ]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        <Beside order={order} result={version.values} />
        {mayVerify(user, version) ? (
          <Answers version={version} />
        ) : (
          <Alert color="gray">
            {mayConfirm(user) ? t("lab.verify.another") : t("lab.verify.waits")}
          </Alert>
        )}
      </Stack>
    </Section>
  );
}

function Answers({ version }: { version: Version }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [returning, setReturning] = useState(false);
  const button = useFocusWhen<HTMLButtonElement>(true);
  const [reason, setReason] = useState("");
  const path = { params: { path: { version_id: version.id } } };
  const done = () => {
    showSuccess(t("common.saved"));
    refresh();
  };
  const verify = useMutation({
    mutationFn: () => unwrap(api.POST("/api/lis/results/{version_id}/verify/", path)),
    meta: { quiet: true },
    onSuccess: done,
  });
  const sendBack = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/lis/results/{version_id}/return/", { ...path, body: { reason: reason.trim() } }),
      ),
    meta: { quiet: true },
    onSuccess: done,
  });
  const failed = [verify, sendBack].find(({ isError }) => isError);
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Button
          color="teal"
          ref={button}
          loading={verify.isPending}
          onClick={() => {
            verify.mutate();
          }}
        >
          {t("lab.verify.verify")}
        </Button>
        <Button
          variant="light"
          color="orange"
          aria-expanded={returning}
          onClick={() => {
            setReturning(!returning);
          }}
        >
          {t("lab.verify.return")}
        </Button>
      </Group>
      {returning && (
        <Group gap="sm" align="flex-end">
          <TextInput
            label={t("lab.verify.reason")}
            required
            maxLength={300}
            w={360}
            value={reason}
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
          <Button
            color="orange"
            disabled={!reason.trim()}
            loading={sendBack.isPending}
            onClick={() => {
              sendBack.mutate();
            }}
          >
            {t("lab.verify.return")}
          </Button>
        </Group>
      )}
      {failed && <ErrorNotice error={failed.error} />}
    </Stack>
  );
}
