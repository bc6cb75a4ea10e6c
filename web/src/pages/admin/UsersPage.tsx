import { Button, Tabs } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PageHeader } from "@/shared/PageHeader";
import { RolesMatrix } from "./RolesMatrix";
import { UserForm } from "./UserForm";
import { UserList, type User } from "./UserList";

export default function UsersPage() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<User | "new" | null>(null);
  return (
    <>
      <PageHeader title={t("admin.users.title")}>
        <Button
          leftSection={<IconUserPlus size={18} aria-hidden />}
          onClick={() => {
            setOpen("new");
          }}
        >
          {t("admin.users.create")}
        </Button>
      </PageHeader>
      <Tabs defaultValue="users" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="users">{t("admin.users.tab")}</Tabs.Tab>
          <Tabs.Tab value="roles">{t("admin.roles.tab")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="users">
          <UserList onOpen={setOpen} />
        </Tabs.Panel>
        <Tabs.Panel value="roles">
          <RolesMatrix />
        </Tabs.Panel>
      </Tabs>
      <UserForm
        key={open === "new" ? "new" : open?.id}
        user={open}
        onClose={() => {
          setOpen(null);
        }}
      />
    </>
  );
}
