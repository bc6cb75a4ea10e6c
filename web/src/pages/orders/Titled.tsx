import { Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A part of an order with its heading, unless the page has given it one. */
export function Titled({ title, shown, children }: { title: string; shown: boolean; children: ReactNode }) {
  if (!shown) return children;
  return (
    <div>
      <Title order={3} size="h6" mb="xs">
        {title}
      </Title>
      {children}
    </div>
  );
}
