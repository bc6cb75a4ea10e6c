import { Center, EmptyState } from "@mantine/core";
import type { ReactNode } from "react";

interface MessageProps {
  icon: ReactNode;
  title: string;
  text: string;
  children?: ReactNode;
}

/** A page that has one thing to say. */
export function Message({ icon, title, text, children }: MessageProps) {
  return (
    <Center mih="60vh" px="md">
      <EmptyState icon={icon} maw={460}>
        <EmptyState.Title order={1}>{title}</EmptyState.Title>
        <EmptyState.Description>{text}</EmptyState.Description>
        {children && <EmptyState.Actions>{children}</EmptyState.Actions>}
      </EmptyState>
    </Center>
  );
}
