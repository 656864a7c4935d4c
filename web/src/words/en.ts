// English: the texts that the others translate, room by room.

import { access } from "./en/access";
import { applications } from "./en/applications";
import { apps } from "./en/apps";
import { devices } from "./en/devices";
import { governance } from "./en/governance";
import { home } from "./en/home";
import { house } from "./en/house";
import { identity } from "./en/identity";
import { methods } from "./en/methods";
import { monitor } from "./en/monitor";
import { my } from "./en/my";
import { names } from "./en/names";
import { policies } from "./en/policies";
import { provisioning } from "./en/provisioning";
import { results } from "./en/results";
import { rules } from "./en/rules";
import { signin } from "./en/signin";
import { signIns } from "./en/signIns";

export const en = {
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

export type Words = Record<keyof typeof en, string>;
