// German: every name of the printed schema that the pages' own words do not say already.
//
// Deliberately absent: names whose word depends on the kind they stand in (`names.ts`).

import { attributes } from "./schema/attributes";
import { kinds } from "./schema/kinds";
import { members } from "./schema/members";

export const schema = { ...kinds, ...attributes, ...members };
export { activities } from "./schema/activities";
export { findings } from "./findings";
