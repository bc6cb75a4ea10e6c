import { Group, Stack, Tabs, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconBarcode } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { api, unwrap } from "@/api/client";
import { useCan } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { PageHeader } from "@/shared/PageHeader";

const PAGES = [
  ["/lab", "worklist", "enter_lab_result"],
  ["/lab/specimens", "specimens", "enter_lab_result"],
  ["/lab/import", "imports", "enter_lab_result"],
  ["/lab/critical", "criticals", "view_order"],
] as const;

interface LabFrameProps {
  title: string;
  subtitle?: ReactNode;
  /** Names no patient. */
  tab?: string;
  /** The barcode field is ready for the scanner when the page opens. */
  scanning?: boolean;
  children: ReactNode;
}

/** The bench around each of its pages: the way between them and the barcode field. */
export function LabFrame({ title, subtitle, tab, scanning, children }: LabFrameProps) {
  const { t } = useTranslation();
  const can = useCan();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const pages = PAGES.filter(([, , permission]) => can(permission));
  return (
    <Stack>
      <PageHeader title={title} {...(subtitle && { subtitle })} {...(tab && { tab })} />
      <Group justify="space-between" align="flex-end" gap="sm">
        <Tabs
          value={pathname}
          onChange={(path) => {
            if (path) void navigate(path);
          }}
        >
          <Tabs.List aria-label={t("lab.title")}>
            {pages.map(([path, name]) => (
              <Tabs.Tab key={path} value={path}>
                {t(`lab.pages.${name}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        <Barcode scanning={scanning ?? false} />
      </Group>
      {children}
    </Stack>
  );
}

/** F2 leads to it from anywhere; a scanner types a number and Enter. */
function Barcode({ scanning }: { scanning: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [number, setNumber] = useState("");
  const focus = () => {
    field.current?.focus();
    field.current?.select();
  };
  useHotkeys([["F2", focus]], []);
  useEffect(() => {
    if (scanning) field.current?.focus();
  }, [scanning]);
  const find = useMutation({
    mutationFn: (scanned: string) => {
      const query = { number: scanned, page_size: 1 };
      return unwrap(api.GET("/api/lis/worklist/", { params: { query } }));
    },
    meta: { quiet: true },
    onSuccess: ({ results: [order] }, scanned) => {
      if (!order) {
        focus();
        return;
      }
      setNumber("");
      void navigate(`/lab/orders/${order.id}`, { state: { scanned } });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (number.trim()) find.mutate(number.trim());
      }}
    >
      <TextInput
        ref={field}
        label={t("lab.barcode")}
        leftSection={<IconBarcode size={18} aria-hidden />}
        maxLength={20}
        w={280}
        autoComplete="off"
        value={number}
        error={find.data?.count === 0 ? t("lab.notFound") : null}
        onChange={(event) => {
          setNumber(event.currentTarget.value);
        }}
      />
      {find.isError && <ErrorNotice error={find.error} />}
    </form>
  );
}
