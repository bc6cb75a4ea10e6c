import { Combobox, Loader, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

export interface Term {
  system: string;
  code: string;
  name: string;
}

interface TermPickerProps {
  label: string;
  hint: string;
  /** Finds terms while somebody types; `undefined` while it looks. */
  useTerms: (q: string) => { terms: Term[] | undefined; searching: boolean };
  onPick: (term: Term) => void;
}

/** Search a coded term by name or code; what is picked fills the form. */
export function TermPicker({ label, hint, useTerms, onPick }: TermPickerProps) {
  const { t } = useTranslation();
  const box = useCombobox({
    onDropdownClose: () => {
      box.resetSelectedOption();
    },
  });
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), 250);
  const { terms, searching } = useTerms(q);
  return (
    <Combobox
      store={box}
      onOptionSubmit={(code) => {
        const term = terms?.find((each) => `${each.system} ${each.code}` === code);
        if (term) onPick(term);
        setTyped("");
        box.closeDropdown();
      }}
    >
      <Combobox.Target>
        <TextInput
          label={label}
          description={hint}
          autoComplete="off"
          maxLength={100}
          leftSection={searching ? <Loader size="xs" /> : <IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            box.openDropdown();
          }}
          onBlur={() => {
            box.closeDropdown();
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={q === "" || !terms}>
        <Combobox.Options mah={260} style={{ overflowY: "auto" }} aria-label={label}>
          {terms?.map(({ system, code, name }) => (
            <Combobox.Option key={`${system} ${code}`} value={`${system} ${code}`}>
              {`${name} · ${system} ${code}`}
            </Combobox.Option>
          ))}
          {terms?.length === 0 && <Combobox.Empty>{t("chart.noTerm")}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
