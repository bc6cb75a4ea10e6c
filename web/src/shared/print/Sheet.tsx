import { Button, Group } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Barcode } from "@/shared/Barcode";
import { dateTime } from "@/shared/when";
import classes from "./Sheet.module.css";

interface SheetProps {
  hospital: string;
  title: string;
  /** Of an order, which has an accession number. */
  barcode?: string;
  accession?: string;
  printedBy: string;
  printedAt: string;
  children: ReactNode;
}

/** A page of paper: A4, black on white in every colour scheme, without menu and buttons. */
export function Sheet(props: SheetProps) {
  const { hospital, title, barcode, accession = "", printedBy, printedAt, children } = props;
  const { t } = useTranslation();
  return (
    <>
      <Group mb="md" className="no-print">
        <Button
          leftSection={<IconPrinter size={18} aria-hidden />}
          onClick={() => {
            window.print();
          }}
        >
          {t("print.print")}
        </Button>
      </Group>
      <article className={classes.sheet}>
        <header className={classes.head}>
          <div>
            {hospital && <div>{hospital}</div>}
            <h2 className={classes.title}>{title}</h2>
          </div>
          {barcode && <Barcode modules={barcode} text={accession} />}
        </header>
        {children}
        <footer className={classes.foot}>
          {t("print.foot", { name: printedBy, at: dateTime(printedAt) })}
        </footer>
      </article>
    </>
  );
}

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Names and values, two a row; what is not known is left out. */
export function Facts({ facts }: { facts: Fact[] }) {
  const known = facts.filter(({ value }) => Boolean(value));
  const pairs = known.flatMap((fact, index) => (index % 2 ? [] : [[fact, known[index + 1]]]));
  return (
    <table className={classes.facts}>
      <tbody>
        {pairs.map(([first, second]) => (
          <tr key={first?.label}>
            {[first, second].map(
              (fact, place) =>
                fact && [
                  <th key={`${place}-name`} scope="row">
                    {fact.label}
                  </th>,
                  <td key={`${place}-value`} colSpan={second ? 1 : 3}>
                    {fact.value}
                  </td>,
                ],
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className={classes.part}>{title}</h3>
      {children}
    </section>
  );
}

/** What nobody may overlook on the paper. */
export function Mark({ children }: { children: ReactNode }) {
  return <p className={classes.mark}>{children}</p>;
}
