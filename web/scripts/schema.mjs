// Generate src/schema.d.ts from docs/openapi.yaml. It is made before each build and check and
// not kept in git, so it cannot be stale: a changed API shows as a type error.
import { writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../../docs/openapi.yaml", import.meta.url);
const target = new URL("../src/schema.d.ts", import.meta.url);

writeFileSync(target, astToString(await openapiTS(source, { defaultNonNullable: false })));
