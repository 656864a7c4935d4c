// What stands where nothing is, or nothing that the person may see: the two look the same.

import { useWords } from "../words";
import { Empty } from "./page";

export function Nothing() {
  const { t } = useWords();
  return <Empty title={t("failure.missing")}>{t("failure.missingAdvice")}</Empty>;
}
