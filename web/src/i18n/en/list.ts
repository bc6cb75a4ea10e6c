export default {
  page: "Page {{number}}",
  next: "Next page",
  previous: "Previous page",
  patientPlaceholder: "Name or MRN",
  nobody: "No patient found",
  typeName: "Type a name or MRN",
};
