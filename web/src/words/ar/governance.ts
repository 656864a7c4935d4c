// Arabic: packages, roles for a time, workflows.

import type { governance as english } from "../en/governance";

export const governance: Record<keyof typeof english, string> = {
  "list.accessPackages": "حزم الوصول",
  "list.assignmentRequests": "الطلبات",
  "list.assignments": "تعيينات الحزم",
  "list.assignmentPolicies": "سياسات التعيين",
  "list.catalogs": "الفهارس",
  "list.eligibilities": "المؤهلون للأدوار",
  "list.activations": "الأدوار السارية",
  "list.workflows": "سير عمل دورة الحياة",
  "list.agreements": "شروط الاستخدام",
  "about.accessPackages": "حزم من الوصول تُطلب ويوافق عليها شخص وتنتهي من تلقاء نفسها.",
  "about.assignmentRequests": "من طلب أي حزمة وما آل إليه الطلب.",
  "about.assignments": "من لديه أي حزمة وإلى متى.",
  "about.assignmentPolicies": "من يجوز له طلب حزمة، ومن يوافق، وإلى متى.",
  "about.catalogs": "مما تُصنع الحزم ومن يعتني بها.",
  "about.eligibilities": "من يجوز له تفعيل أي دور عند الحاجة.",
  "about.activations": "من يملك أي دور الآن، دائمًا أو لفترة.",
  "about.workflows": "ما يحدث تلقائيًا عندما ينضم الأشخاص أو ينتقلون أو يغادرون.",
  "about.agreements": "نصوص يجب قبولها قبل الدخول.",
};
