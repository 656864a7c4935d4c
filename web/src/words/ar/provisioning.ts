// Arabic: HR and what follows from it.

import type { provisioning as english } from "../en/provisioning";

export const provisioning: Record<keyof typeof english, string> = {
  "list.hrImport": "استيراد الموارد البشرية",
  "list.provisioningLog": "سجل التزويد",
  "about.provisioningLog": "كل سجل من الموارد البشرية وما آل إليه.",
  "hr.about": "أسقط ملفًا من نظام الموارد البشرية هنا. ترى ما سيحدث قبل أن يحدث شيء.",
  "hr.drop": "أسقط ملف CSV هنا",
  "hr.columns": "الأعمدة:",
  "hr.choose": "اختيار ملف",
  "hr.line": "السطر {line}",
  "hr.done": "تم إدخال {count} أشخاص.",
  "hr.import": "استيراد {count} أشخاص",
  "hr.go": "استيراد",
  "hr.leaversToo": "{count} منهم يغادرون: تُعطل حساباتهم ويُسترد ما كان لديهم.",
  "hr.wouldHappen": "ما سيحدث",
  "hr.first": "جُرّب على أول {count} أشخاص.",
  "hr.joins": "ينضمون",
  "hr.moves": "يتغيرون",
  "hr.leaves": "يغادرون",
  "hr.same": "يبقون كما هم",
  "hr.failed": "مرفوضون",
  "hr.follows": "كل ما يتبع",
};
