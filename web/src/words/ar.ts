// Arabic, room by room.

import { access } from "./ar/access";
import { applications } from "./ar/applications";
import { apps } from "./ar/apps";
import { devices } from "./ar/devices";
import { governance } from "./ar/governance";
import { home } from "./ar/home";
import { house } from "./ar/house";
import { identity } from "./ar/identity";
import { methods } from "./ar/methods";
import { monitor } from "./ar/monitor";
import { my } from "./ar/my";
import { names } from "./ar/names";
import { policies } from "./ar/policies";
import { provisioning } from "./ar/provisioning";
import { results } from "./ar/results";
import { rules } from "./ar/rules";
import { signin } from "./ar/signin";
import { signIns } from "./ar/signIns";
import type { Words } from "./en";

export const ar: Words = {
  ...house,
  ...home,
  ...identity,
  ...results,
  ...rules,
  ...signin,
  ...signIns,
  ...access,
  ...governance,
  ...policies,
  ...provisioning,
  ...devices,
  ...applications,
  ...apps,
  ...methods,
  ...monitor,
  ...my,
  ...names,
};
