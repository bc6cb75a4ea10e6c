import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import type { Body, Field, Values } from "@/shared/forms/fields";

export type Node = Schema["DicomNodeOut"];

export const RIGHTS = ["may_worklist", "may_store", "may_find", "may_move", "may_restricted"] as const;
const CHECKS = ["certificate", "host", "none"] as const;
const isEncrypted = ({ tls }: Values) => tls === "true";

export function useNodeFields(): Field[] {
  const { t } = useTranslation();
  return [
    { name: "name", label: t("modality.nodes.name"), type: "text", required: true, maxLength: 60 },
    {
      name: "ae_title",
      label: t("modality.nodes.aeTitle"),
      type: "text",
      required: true,
      maxLength: 16,
      half: true,
    },
    { name: "port", label: t("modality.nodes.port"), type: "number", required: true, half: true },
    {
      name: "address",
      label: t("modality.nodes.address"),
      type: "text",
      required: true,
      maxLength: 15,
      hint: t("modality.nodes.addressHint"),
    },
    { name: "tls", label: t("modality.nodes.tls"), type: "yes", hint: t("modality.nodes.tlsHint") },
    {
      name: "tls_check",
      label: t("modality.nodes.tlsCheck"),
      type: "select",
      required: true,
      options: CHECKS.map((value) => ({ value, label: t(`modality.nodes.tlsChecks.${value}`) })),
      shown: isEncrypted,
    },
    {
      name: "tls_certificate",
      label: t("modality.nodes.tlsCertificate"),
      type: "lines",
      hint: t("modality.nodes.tlsCertificateHint"),
      shown: (values) => isEncrypted(values) && values.tls_check !== "none",
    },
    {
      name: "modalities",
      label: t("modality.nodes.modalities"),
      type: "text",
      hint: t("modality.nodes.modalitiesHint"),
    },
    ...RIGHTS.map((name): Field => ({
      name,
      label: t(`modality.nodes.rights.${name}`),
      type: "yes",
      hint: t(`modality.nodes.rightHints.${name}`),
    })),
  ];
}

export function nodeValues(node: Node): Values {
  return {
    name: node.name,
    ae_title: node.ae_title,
    address: node.address,
    port: String(node.port ?? ""),
    tls: String(node.tls ?? false),
    tls_check: node.tls_check ?? "certificate",
    tls_certificate: node.tls_certificate ?? "",
    modalities: node.modalities.join(", "),
    ...Object.fromEntries(RIGHTS.map((right) => [right, String(node[right] ?? false)])),
  };
}

/** The modalities as the API takes them: a list of codes in capitals. */
export function nodeBody({ modalities, ...rest }: Body): object {
  if (typeof modalities !== "string") return rest;
  return { ...rest, modalities: modalities.toUpperCase().split(/[\s,]+/).filter(Boolean) };
}
