import { Alert, Button, Group, List } from "@mantine/core";
import { IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { exactTime } from "@/shared/when";

/** Has the server check that no record was changed or removed; reading it is itself recorded. */
export function VerifyChain() {
  const { t } = useTranslation();
  const verify = useMutation({
    mutationFn: async () => ({
      ...(await unwrap(api.GET("/api/audit/verify/"))),
      at: new Date().toISOString(),
    }),
  });
  const result = verify.data;
  return (
    <Group align="center">
      <Button
        variant="light"
        leftSection={<IconShieldCheck size={18} aria-hidden />}
        loading={verify.isPending}
        onClick={() => {
          verify.mutate();
        }}
      >
        {t("admin.audit.verify")}
      </Button>
      {result && (
        <Alert
          flex={1}
          miw={260}
          py="xs"
          role="status"
          color={result.intact ? "teal" : "red"}
          icon={result.intact ? <IconShieldCheck aria-hidden /> : <IconShieldX aria-hidden />}
          title={t(result.intact ? "admin.audit.intact" : "admin.audit.broken", {
            at: exactTime(result.at),
          })}
        >
          {result.breaks.length > 0 && (
            <List size="sm">
              {result.breaks.map((text) => (
                <List.Item key={text}>{text}</List.Item>
              ))}
            </List>
          )}
        </Alert>
      )}
    </Group>
  );
}
