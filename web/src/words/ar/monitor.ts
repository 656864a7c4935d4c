// Arabic: logs, and why something is as it is.

import type { monitor as english } from "../en/monitor";

export const monitor: Record<keyof typeof english, string> = {
  "list.signIns": "عمليات تسجيل الدخول",
  "list.audits": "سجل التدقيق",
  "list.explain": "لماذا؟",
  "list.integrity": "سلامة السجلات",
  "about.signIns": "كل تسجيل دخول وكل رمز، وما قالته كل سياسة.",
  "about.audits": "كل تغيير: من، وماذا، ومن أي قيمة إلى أي قيمة، وما تبعه.",
  "why.short": "لماذا؟",
  "why.about": "لماذا: {about}",
  "why.subtitle": "مما هو مسجل، لا بالتخمين.",
  "why.what": "عمّ تسأل",
  "why.group": "شخص في مجموعة",
  "why.licence": "ترخيص شخص",
  "why.device": "امتثال جهاز",
  "why.signIn": "كيف انتهى تسجيل دخول",
  "why.who": "من",
  "why.whichGroup": "أي مجموعة",
  "why.signInId": "معرّف تسجيل الدخول",
  "why.ask": "اسأل",
  "why.because": "لأن",
  "audit.tree": "ما تبع",
  "integrity.about": "كل صف مرتبط بالذي قبله. الصف المعدَّل أو المزال أو المدسوس يكسر السلسلة.",
  "integrity.again": "تحقق من جديد",
  "integrity.rows": "{count} صفوف",
  "signIn.noPolicy": "لم تنطبق أي سياسة.",
  "log.live": "مباشر",
};
