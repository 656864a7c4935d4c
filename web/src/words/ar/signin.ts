// Arabic: how people sign in.

import type { signin as english } from "../en/signin";

export const signin: Record<keyof typeof english, string> = {
  "list.methodsPolicy": "طرق تسجيل الدخول",
  "list.strengths": "مستويات قوة المصادقة",
  "list.riskyUsers": "أشخاص معرضون للخطر",
  "list.riskDetections": "المخاطر المكتشفة",
  "list.tokenLifetimePolicies": "مدة صلاحية الرموز",
  "list.claimsMappingPolicies": "تعيين المطالبات",
  "about.strengths": "أي مجموعات الطرق قوية بما يكفي ولأي غرض.",
  "about.riskyUsers": "أشخاص ربما يستخدم غيرهم حساباتهم.",
  "about.riskDetections": "ما جعل حسابًا أو تسجيل دخول يبدو محفوفًا بالخطر.",
  "about.tokenLifetimePolicies": "مدة صلاحية رموز الوصول لتطبيقات مختارة.",
  "about.claimsMappingPolicies": "ما تقوله رموز تطبيقات مختارة إضافةً إلى ذلك.",
};
