// English: the texts that the others translate, room by room.

import { access } from "./en/access";
import { apps } from "./en/apps";
import { devices } from "./en/devices";
import { governance } from "./en/governance";
import { home } from "./en/home";
import { house } from "./en/house";
import { identity } from "./en/identity";
import { monitor } from "./en/monitor";
import { my } from "./en/my";
import { names } from "./en/names";
import { provisioning } from "./en/provisioning";
import { signin } from "./en/signin";

export const en = {
  ...house,
  ...home,
  ...identity,
  ...signin,
  ...access,
  ...governance,
  ...provisioning,
  ...devices,
  ...apps,
  ...monitor,
  ...my,
  ...names,
};

export type Words = Record<keyof typeof en, string>;
