import "@mantine/dates/styles.layer.css";
import "dayjs/locale/ko";
import { ActionIcon, Button, Checkbox, Group, SegmentedControl, Select, TextInput } from "@mantine/core";
import { DatePickerInput, DatesProvider } from "@mantine/dates";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconCalendar, IconFilter, IconSearch } from "@tabler/icons-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import { useCan, useIsStaff } from "@/session/react";
import { READING, type Worklist } from "./useStudyFilters";

/** DICOM's codes (0008,0060), the ones a hospital sends. */
const MODALITIES = ["MR", "CT", "PT", "NM", "CR", "DX", "US", "XA", "MG", "SEG", "SR", "OT"];
const ALL = "ALL";

interface StudyFilterBarProps {
  worklist: Worklist;
  onChange: (changes: Partial<Worklist>) => void;
}

export function StudyFilterBar({ worklist, onChange }: StudyFilterBarProps) {
  const { t } = useTranslation();
  const phone = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const [more, { toggle }] = useDisclosure();
  const staff = useIsStaff();
  const can = useCan();
  const { reading } = worklist;
  return (
    <Group role="search" aria-label={t("studies.filters")} mb="sm" gap="sm" align="flex-end">
      {can("view_patient") && (
        <TextInput
          type="search"
          aria-label={t("studies.search")}
          placeholder={t("studies.search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          autoComplete="off"
          maxLength={100}
          value={worklist.search}
          onChange={(event) => {
            onChange({ search: event.currentTarget.value });
          }}
          w={phone ? "100%" : 270}
        />
      )}
      {staff && (
        <SegmentedControl
          aria-label={t("studies.reading")}
          value={reading ?? ALL}
          onChange={(value) => {
            onChange({ reading: READING.find((status) => status === value) ?? null });
          }}
          data={[
            { value: ALL, label: t("common.all") },
            ...READING.map((status) => ({ value: status, label: t(`status.reading.${status}`) })),
          ]}
          size={phone ? "xs" : "sm"}
        />
      )}
      {phone && (
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={t("studies.filters")}
          aria-expanded={more}
          onClick={toggle}
        >
          <IconFilter size={18} aria-hidden />
        </ActionIcon>
      )}
      {(!phone || more) && <MoreFilters worklist={worklist} onChange={onChange} />}
    </Group>
  );
}

function MoreFilters({ worklist, onChange }: StudyFilterBarProps) {
  const { t } = useTranslation();
  const can = useCan();
  const dates = useId();
  const { modality, from, until, mine } = worklist;
  return (
    <>
      <Select
        aria-label={t("studies.modality")}
        placeholder={t("studies.modality")}
        data={MODALITIES}
        value={modality}
        clearable
        onChange={(value) => {
          onChange({ modality: value });
        }}
        clearButtonProps={{ "aria-label": t("common.clear") }}
        comboboxProps={{ withinPortal: false }}
        maxDropdownHeight={460}
        w={120}
      />
      <DatesProvider settings={{ locale: currentLanguage() }}>
        <DatePickerInput
          type="range"
          allowSingleDateInRange
          aria-label={t("studies.dates")}
          placeholder={t("studies.dates")}
          leftSection={<IconCalendar size={16} aria-hidden />}
          valueFormat={currentLanguage() === "en" ? "MMM D, YYYY" : "YYYY-MM-DD"}
          hideOutsideDates
          id={dates}
          // The same id names the calendar after its field.
          popoverProps={{ id: dates, withinPortal: false }}
          ariaLabels={{
            previousMonth: t("studies.previous"),
            nextMonth: t("studies.following"),
            previousYear: t("studies.previous"),
            nextYear: t("studies.following"),
            previousDecade: t("studies.previous"),
            nextDecade: t("studies.following"),
          }}
          value={[from, until]}
          onChange={([start, end]) => {
            onChange({ from: start, until: end });
          }}
          clearable
          clearButtonProps={{ "aria-label": t("common.clear") }}
          w={240}
        />
      </DatesProvider>
      {can("write_report") && (
        <Checkbox
          label={t("studies.mine")}
          checked={mine}
          onChange={(event) => {
            onChange({ mine: event.currentTarget.checked });
          }}
          mb={8}
        />
      )}
      <Button
        variant="subtle"
        color="gray"
        onClick={() => {
          onChange({ reading: null, modality: null, from: null, until: null, mine: false, search: "" });
        }}
      >
        {t("studies.reset")}
      </Button>
    </>
  );
}
