// German, room by room.

import { access } from "./de/access";
import { applications } from "./de/applications";
import { apps } from "./de/apps";
import { devices } from "./de/devices";
import { governance } from "./de/governance";
import { home } from "./de/home";
import { house } from "./de/house";
import { identity } from "./de/identity";
import { methods } from "./de/methods";
import { monitor } from "./de/monitor";
import { my } from "./de/my";
import { names } from "./de/names";
import { policies } from "./de/policies";
import { provisioning } from "./de/provisioning";
import { results } from "./de/results";
import { rules } from "./de/rules";
import { signin } from "./de/signin";
import { signIns } from "./de/signIns";
import type { Words } from "./en";

export const de: Words = {
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
