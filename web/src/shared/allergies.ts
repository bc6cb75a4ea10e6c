/** SNOMED CT: no known allergy. */
export const NONE_KNOWN = "716186003";
